printf '1 a\n2 b\n4 d\n' > l
printf '1 x\n3 y\n4 z\n' > r; join l r; join -a1 l r
join -a1 -a2 -e- -o 0,1.2,2.2 l r; join -v1 l r
join -v2 l r; join -t: -1 2 -2 1 <(echo a:k) <(echo k:b)
paste l r; paste -d, l r; paste -s l
paste -sd'+' <(seq 4); paste -d'\n' <(seq 2) <(seq 8 9)
seq 6 | paste - - -; paste <(seq 3) <(seq 1)
paste -d'12' <(echo a) <(echo b) <(echo c)
join -j1 -o 1.2 l r
join <(printf 'b\na\n') <(printf 'a\n') >/dev/null 2>&1; echo $?
join l nofile 2>/dev/null; echo $?
paste nofile 2>/dev/null; echo $?
join -i <(echo A 1) <(echo a 2)
