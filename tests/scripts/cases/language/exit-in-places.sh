f() { exit 3; echo never; }
(f); echo "subshell $?"
x=$(echo partial; exit 4); echo "substitution $? $x"
echo in | while read -r _; do exit 5; done; echo "pipe $?"
trap 'echo "exit trap saw $?"' EXIT
f
echo never
