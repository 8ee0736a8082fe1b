touch f; chmod 000 f; stat -c %A f
test -x f || echo 'not executable'; chmod 111 f
test -x f && echo executable; chmod 644 f; mkdir d
chmod 555 d; stat -c %a d; chmod 755 d; umask 077
touch g; mkdir e; stat -c '%a %n' g e; umask 0; touch h
mkdir i; stat -c '%a %n' h i; umask 022
printf 'echo ran\n' > s; chmod 744 s; cp s t; stat -c %a t; cat s > u; stat -c %a u
chmod +x u; ./u; mv s v; stat -c %a v
sed -i 's/ran/still/' v; stat -c %a v; ./v
tar cf x.tar v; rm v; tar xf x.tar; stat -c %a v
ln -s v l; ./l; chmod -x l; stat -c %a v
./v 2>/dev/null; echo "$?"; sh v; chmod 4711 v; stat -c %A v
find . -perm -4000; find . -type f -perm 711
find . -perm /111 -type f | sort
[ -u v ] && echo setuid; [ -k v ] || echo 'not sticky'
: > v; touch w; chmod u=rw,g=r,o= w; stat -c %a w
echo x >> w; stat -c %a w; truncate -s 0 w; stat -c %a w
cp w y; cp --no-preserve=mode w z; stat -c %a y z
install -m 700 w k; stat -c %a k
