diff <(printf 'a\nb\n') <(printf 'a\nc\n'); echo $?
while read -r x; do n=$((n + x)); done < <(seq 4); echo "$n"
paste -d' ' <(seq 3) <(seq 4 6) <(seq 7 9)
comm -12 <(printf '%s\n' c a b | sort) <(printf '%s\n' b d a | sort)
cat <(echo one) <(echo two); [[ -n <(:) ]] && echo "is a path"
x=$({ seq 5 | tee >(wc -l >&3) >/dev/null; } 3>&1)
echo "tee saw $x"
mapfile -t l < <(printf 'x\ny\n'); echo "${l[1]}"
