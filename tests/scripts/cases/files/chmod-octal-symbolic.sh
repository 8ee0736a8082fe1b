touch f; m() { chmod "$@" f && stat -c '%a %A' f; }
m 644; m 755; m u-w; m g+w,o-rx; m a+x; m o=
m u=rw,go=r; m +x; m -x; m u+s; m g+s; m ug-s; m +t
m -t; m a=; m 600; m g=u; m o=g; m u=g; m 4755; m 0755
m 7777; m 0; m =r; m u+rwX; mkdir d; chmod a-x,u+rwX d; stat -c %a d
chmod -R 700 d; stat -c %a d
chmod 999 f 2>/dev/null; echo "$?"
chmod 644 nofile 2>/dev/null; echo "$?"
chmod z+x f 2>/dev/null; echo "$?"; chmod -v 600 f
chmod -c 600 f; chmod --reference=d f; stat -c %a f
touch g; chmod u=rwx,g=rx g; stat -c %a g
(umask 077; chmod +x g; stat -c %a g; chmod =rw g; stat -c %a g)
mkdir -p t/s; touch t/s/x t/y; chmod -R u=rwX,go=rX t
find t -printf '%m %p\n' | sort -k2; ln -s f l
chmod 640 l; stat -c %a f
