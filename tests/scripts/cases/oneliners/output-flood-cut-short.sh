yes 'a line of output that is repeated' | head -c 1000000 | wc -c
seq 1000000 | tail -n 1; cat /dev/zero | tr '\0' '\n' | head -n 200000 | wc -l
