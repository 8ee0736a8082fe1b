ls missing > out 2>&1; [ -s out ] && echo "both in file"
: > out; ls missing 2>&1 > out | wc -l
[ -s out ] || echo "file empty"
echo a > x > y; [ -e x ] && wc -c < x && cat y; > z; ls
