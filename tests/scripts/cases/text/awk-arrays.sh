printf 'b 2\na 1\nb 3\nc 4\n' > f
awk '{s[$1] += $2; n[$1]++} END {for (k in s) print k, s[k], n[k]}' f | sort
awk '!seen[$1]++ {print $1}' f | xargs
awk '{a[NR] = $0} END {for (i = NR; i; i--) print a[i]}' f
awk 'BEGIN {a["x"]; print ("x" in a), ("y" in a); delete a["x"]; print ("x" in a), length(a)}'
awk 'BEGIN {m[1, 2] = "v"; for (k in m) {split(k, p, SUBSEP); print p[1] "+" p[2], m[k]}; print ((1, 2) in m)}'
awk 'BEGIN {n = split("a:b:c", p, ":"); print n, p[1], p[n]; n = split("", q); print n; n = split("a1b22c", r, /[0-9]+/); print n, r[3]; n = split("abc", s, ""); print n}'
awk 'NR == FNR {name[$1] = $2; next} {print $1, name[$1]}' f <(printf 'a\nc\nz\n')
awk '{if ($2 > max || NR == 1) {max = $2; who = $1}} END {print who, max}' f
awk 'BEGIN {a[1]; a[2]; delete a; n = 0; for (i in a) n++; print n}'
