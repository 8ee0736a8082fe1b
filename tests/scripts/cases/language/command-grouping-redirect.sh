{ echo a; echo b; } > both; (echo c; echo d) >> both; cat both
for i in 1 2 3; do echo "$i"; done > loop; wc -l < loop
while read -r x; do echo "got $x"; done < loop | tail -1
if read -r first; then echo "first $first"; fi < loop
f() { echo "to stderr"; } >&2; f 2>&1 | sed 's/^/caught: /'
case x in x) echo "case out";; esac > c; cat c
