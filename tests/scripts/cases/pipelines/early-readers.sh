# Each writer has far more to say than its reader takes.
yes | head -3 | wc -l
seq 1000000 | head -1
seq 1000000 | grep -m1 77
seq 1000000 | sed 5q | tail -1
seq 1000000 | awk 'NR == 3 { print; exit }'
cat /dev/zero | head -c 100000 | wc -c
seq 1000000 | { read -r a; read -r b; echo "$a $b"; }
while :; do echo spin; done | head -2
find / -maxdepth 2 2>/dev/null | head -1
