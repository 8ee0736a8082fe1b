printf 'a b\nc\n\nd e\n' | awk -v RS= '{print NR ": " $1 "," $NF " NF=" NF}'
printf 'x;y;z' | awk -v RS=';' '{print NR, $0}'
printf 'n: 1\nm: 2\n\nn: 3\n' | awk 'BEGIN {RS = ""; FS = "\n"} {print $1 " first of " NF}'
awk -v n=3 -v s='a\tb' 'BEGIN {print n + 1, s; exit} END {print "end runs"}'
awk 'BEGIN {OFS = "-"; ORS = "!\n"; print "a", "b"}'
seq 3 > f; seq 2 > g
awk '{print FILENAME, FNR, NR}' f g
awk '{v = v sep $1; sep = ","} END {print v}' f
awk 'BEGIN {CONVFMT = "%.2g"; a = 3.14159; b = a ""; print b; OFMT = "%.3f"; print 2.71828}'
awk 'BEGIN {printf "no newline"}'; echo
awk -f <(echo 'BEGIN {print "from a file"}')
awk 'BEGIN {print int(3.9), int(-3.9), sqrt(16), exp(0), log(1), sin(0), atan2(0, -1) > "/dev/stdout"}'
awk 'BEGIN {srand(1); r = rand(); print (r >= 0 && r < 1)}'
awk 'BEGIN {' 2>/dev/null; echo "syntax $?"
awk '{print}' nofile 2>/dev/null; echo "missing $?"
awk 1 /dev/null; awk 'BEGIN {exit 4}'; echo $?
