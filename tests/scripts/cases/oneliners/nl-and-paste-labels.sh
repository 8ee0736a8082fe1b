printf 'x\ny\n' | nl -w1 -s'. '
paste -d= <(printf 'a\nb\n') <(printf '1\n2\n')
printf 'x\ny\nz\n' | paste -d, - - | cat
seq 4 | paste - -
