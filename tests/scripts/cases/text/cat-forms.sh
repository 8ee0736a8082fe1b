printf 'a\tb\n\n\n\nc\n' > f; cat -n f; cat -b f; cat -s f; cat -E f; cat -T f; cat -A f
cat -ns f; printf '\001\177\200\n' | cat -v
echo mid | cat f - f | wc -l; cat f nofile f 2>/dev/null | wc -l; cat nofile 2>/dev/null; echo $?
cat . 2>/dev/null; echo $?; cat < f | head -1; cat -- f > g
cmp f g && echo same; printf 'x' > n; cat n n n; echo; cat -e n
echo; cat -u f | tail -1
