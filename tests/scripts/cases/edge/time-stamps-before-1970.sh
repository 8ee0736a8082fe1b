touch -d '1969-12-31 23:59:59' a; stat -c '%Y %y' a
touch -d '1900-01-01' b; ls -l --time-style=+%F b | awk '{print $6}'
touch -d @0 c; [ c -nt a ] && [ a -nt b ] && echo ordered
date -u -d @-86400 +%F; date -u -r a '+%F %T'; cp -p a d; stat -c %Y d
