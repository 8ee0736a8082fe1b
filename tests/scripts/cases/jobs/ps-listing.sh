exec 2>/dev/null
sleep 20 & a=$!; sleep 20 & b=$!
for p in "$a" "$b"; do until [ "$(ps -o comm= -p "$p")" = sleep ]; do sleep 0.01; done; done
ps -o pid= -p "$a,$b" | wc -l; ps -o args= -p "$a"
ps -o comm= -p "$b"
ps -p "$a" -o ppid= | tr -d ' ' | grep -cx "$$"
ps -ef | awk -v p="$a" '$2 == p {print $NF}'; ps aux | awk 'NR == 1 {print $1, $2, $NF}'
kill "$a" "$b"; wait; ps -p "$a" >/dev/null || echo gone; ps -p 99999999 >/dev/null; echo "$?"
