printf '%s\n' a b d > x; printf '%s\n' b c d > y
comm x y; comm -3 x y | tr '\t' '>'
comm --total x y | tail -1
comm --output-delimiter=, -12 x y; comm x x | wc -l
comm -13 /dev/null y | wc -l
comm <(printf 'b\na\n') x >/dev/null 2>&1; echo $?
comm x nofile 2>/dev/null; echo $?; comm -123 x y
comm -23 <(sort -u <(printf 'z\nb\nz\n')) y
