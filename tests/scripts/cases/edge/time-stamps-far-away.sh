touch -d '1970-01-01 00:00:00' a; stat -c %Y a
touch -d '2038-01-19 03:14:08' b; stat -c '%Y %y' b
touch -d '2106-02-07 06:28:16' c; stat -c %Y c
touch -d @1.999999999 d; stat -c '%.9Y' d
ls -l --time-style=+%F a b c | awk '{print $6, $7}'
[ c -nt b ] && [ b -nt a ] && echo ordered; ls -t a b c | xargs
date -u -d @-1 '+%F %T'; date -u -d @4294967296 +%F
date -u -d 9999-12-31 +%s; date -u -d 0001-01-01 +%s
find . -newermt 2100-01-01 -type f; tar cf t.tar a b
mkdir o; tar xf t.tar -C o; stat -c %Y o/a o/b
cp -p b e; stat -c %Y e; touch -r a f; stat -c %Y f
