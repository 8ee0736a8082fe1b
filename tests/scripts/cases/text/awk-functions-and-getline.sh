awk 'function max(a, b) {return a > b ? a : b} function fact(n) {return n <= 1 ? 1 : n * fact(n - 1)} function fill(arr, n,   i) {for (i = 1; i <= n; i++) arr[i] = i * i} BEGIN {print max(3, 7), fact(10); fill(sq, 4); print sq[4], i == ""}'
printf 'l1\nl2\nl3\n' > f
awk 'BEGIN {while ((getline line < "f") > 0) n++; print n, line; close("f"); getline x < "f"; print x; print (getline y < "nofile")}'
awk 'BEGIN {"echo from command" | getline v; print v; cmd = "seq 3"; while ((cmd | getline l) > 0) s += l; close(cmd); print s}'
awk 'NR == 1 {getline; print "after getline", $0, NR}' f
awk '{getline nxt; print $0 "/" nxt}' f
awk '{print > ("out_" NR)} END {close("out_1"); print "x" >> "out_1"}' f; cat out_1 out_3
awk 'BEGIN {print "b\na" | "sort"; close("sort"); print "done"}'
awk 'BEGIN {r = system("exit 3"); print "status", r; system("echo sub")}'
awk 'BEGIN {print "err" > "/dev/stderr"; print ENVIRON["V"], ARGC, ARGV[1]}' V=1 2>/dev/null
V=env awk 'BEGIN {print ENVIRON["V"]}'
awk 'function f(s) {s = "local"} BEGIN {v = "kept"; f(v); print v}'
