i=0
while true; do
    i=$((i + 1))
    ((i % 2)) && continue
    ((i > 8)) && break
    printf '%d ' "$i"
done
until [ "$i" -le 5 ]; do i=$((i - 1)); done
echo "ended at $i"
for a in 1 2 3; do
    for b in x y z; do
        [ "$b" = z ] && continue 2
        [ "$a" = 3 ] && break 2
        printf '%s%s ' "$a" "$b"
    done
done
echo
