printf 'caf\xe9 ol\xe9\nplain\n' > l1
wc -c < l1; wc -l < l1; cat l1 | od -An -tx1
sed 's/ol/xx/' l1 | od -An -c
cut -d' ' -f2 l1 | od -An -c; grep -a plain l1
grep -c plain l1; sort l1 | head -1 | od -An -c
tr '\351' e < l1; awk 'NR == 2' l1; head -1 l1 | xxd -p
while IFS= read -r l; do printf '%s\n' "$l"; done < l1 | cmp - l1 && echo 'read keeps bytes'
x=$(cat l1)
printf '%s\n' "$x" | cmp - l1 && echo 'substitution keeps bytes'
printf '\xff\n' | od -An -tx1
[[ $'\xe9' == $'\xe9' ]] && echo equal
