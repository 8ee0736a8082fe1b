touch -- -n -rf --help ./-x; ls; ls ./-*; cat ./-n
echo data > -x; cat -- -x; cp -- -x y; cat < -x; wc -c -- -x | awk '{print $1}'
mv -- -n n; rm -- -rf; rm ./--help; ls
for f in *; do case $f in -*) echo "dash $f" ;; esac; done
grep -- -x <<< 'a -x b'; grep -e -x <<< 'a -x b'
printf -- '-%s\n' v; printf '%s\n' -n; echo -- -n
test -e ./-x && echo there; [ -f -x ] && echo also
sed s/d/D/ -- -x; head -1 -- -x; sort -- -x
basename -- -x; mkdir -- -d; cd -- -d && cd ..
rmdir -- -d; find . -name '-*'; ls -- -x
chmod 600 -- -x; stat -c %a -- -x; ln -s -- -x l; cat l
touch -; ls -A; cat ./- | wc -c
