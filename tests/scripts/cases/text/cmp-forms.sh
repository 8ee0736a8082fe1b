printf 'abcdef' > a; printf 'abXdef' > b
printf 'abc' > c; cmp a a; echo $?; cmp a b; echo $?
cmp a c 2>/dev/null; echo $?; cmp -s a b; echo $?
cmp -l a b; cmp -n 2 a b; echo $?
cmp a nofile 2>/dev/null; echo $?; cmp -b a b
cmp -i 3 a b && echo 'after skip'
cmp - a < a && echo stdin; : > e
cmp e e && echo 'both empty'; cmp -s e a; echo $?
printf '1\n2\n3\n' > x; printf '1\n2\n4\n' > y; cmp x y
