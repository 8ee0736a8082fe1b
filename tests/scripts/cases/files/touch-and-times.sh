touch a; [ -e a ] && wc -c < a
touch -d '2020-05-06 07:08:09' a; stat -c %Y a; stat -c '%y' a
date -u -r a '+%F %T'; touch -t 202101020304.05 b
date -u -r b '+%F %T'; touch -r a c
[ c -nt b ] || echo 'c older than b'; touch -c none; ls none 2>/dev/null; echo "$?"
echo keep > d; touch d; cat d; touch -d @0 d; stat -c '%Y %s' d
touch -a -d @500 d; stat -c '%X %Y' d
touch -m -d @600 d; stat -c '%X %Y' d
touch nodir/x 2>/dev/null; echo "$?"
touch -d nonsense e 2>/dev/null; echo "$?"
touch -d '2020-01-01T00:00:00.123456789' n; stat -c %.9Y n
touch x y z; ls x y z; touch -d '1 day ago' old
[ a -ot old ] && echo ok; mkdir dir; touch -d @42 dir; stat -c %Y dir
ln -s a l; touch -h -d @7 l; stat -c %Y l; stat -L -c %Y l
