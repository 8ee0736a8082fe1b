mkdir -p t
touch 't/sp ace' t/$'new\nline' 't/ünïcode' t/-dash
long=$(printf 'd%.0s' {1..90}); mkdir -p "t/$long/$long"
echo deep > "t/$long/$long/$long"
ln -s "$long/$long/$long" t/long-link; head -c 20000 /dev/zero > t/zeros
: > t/empty; chmod 400 t/empty; chmod 2755 t
tar cf t.tar t; tar tf t.tar | wc -l; mkdir o; tar xf t.tar -C o
(cd o/t; find . -printf '%m %y %s %P\n' | awk '$2 != "d"' | cut -c1-40 | sort | head -20)
cat "o/t/$long/$long/$long"
[ "$(readlink o/t/long-link)" = "$long/$long/$long" ] && echo "long link target"
cat o/t/long-link
tar tf t.tar | grep -c 'sp ace'; gzip -c t.tar | tar tz | wc -l; diff -r t o/t && echo equal
