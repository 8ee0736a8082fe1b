printf '%s\n' 'foo123' 'foo' '123' 'a.b' 'a+b' 'tel: 555-1234' 'x{2}' 'aa' 'color colour' > f
grep -E '^[a-z]+[0-9]+$' f; grep -E '(foo|a\.)' f
grep 'a.b' f; grep -F 'a.b' f; grep -F 'a+b' f
grep 'a\+' f; grep -E '[0-9]{3}-[0-9]{4}' f
grep '[[:digit:]]\{3\}' f | wc -l; grep -E '^(.)\1$' f
grep -oE 'colou?r' f; grep -E 'x\{2\}' f
grep -F -x 'foo' f; grep -c '' f; grep -E '\bfoo\b' f
grep '^[^a-z]*$' f; egrep -c 'o{2}' f 2>/dev/null
fgrep -c '.' f 2>/dev/null
