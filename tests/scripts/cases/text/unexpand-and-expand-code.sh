printf 'def f():\n        if x:\n                return 1\n' > f
unexpand f | cat -A; unexpand -t4 f | cat -A; unexpand f | expand | cmp - f && echo "there and back"
printf '\tkey\tvalue\n' | expand -t 4,12 | tr ' ' .
expand -i -t2 <<< $'\ta\tb' | cat -A
unexpand --first-only -t4 <<< '    a    b' | cat -A
unexpand nofile 2>/dev/null; echo "$?"
