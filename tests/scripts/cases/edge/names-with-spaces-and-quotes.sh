mkdir w; cd w
touch 'a b' " lead" 'trail ' "it's" 'dou"ble' 'back\slash' 'dollar$x' '*' '?' '[ab]' '#hash' '~' 'a;b' 'p|q' '&' '(x)' '{y}' '!' 'tab	tab' 'per%cent'
ls | cat -A; ls | wc -l
for f in *; do [ -f "$f" ] || echo "lost $f"; done
find . -type f -print0 | xargs -0 ls -d | wc -l; rm '*'; ls | wc -l
cp 'a b' 'c  d'; mv "it's" 'its'; cat 'dollar$x' '~'
printf '%q\n' * | head -3
tar cf ../t.tar . && tar tf ../t.tar | wc -l
echo x > '&'; cat '&'; [ -e '?' ] && rm '?'; ls -d [\[]*; ls -d -- '#'*
for f in *' '*; do printf '<%s>' "$f"; done; echo
find . -name '*\**'; find . -name '*"*'; stat -c '%n' 'p|q' '(x)'
grep -l . *; md5sum 'back\slash'; sort -- 'a;b' | wc -l
cd ..; rm -r w; ls
