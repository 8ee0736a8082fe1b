echo gone > /dev/null; cat /dev/null | wc -c; head -c 4 /dev/zero | od -An -tx1
echo to-out > /dev/stdout
echo to-err > /dev/stderr 2>/dev/null
echo hi | cat /dev/stdin; head -c 16 /dev/urandom | wc -c
[ -c /dev/null ] && echo "a device"; cat /dev/fd/3 3<<< "by number"
