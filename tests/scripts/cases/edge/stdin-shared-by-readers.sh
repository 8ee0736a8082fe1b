seq 6 > f
{ read -r a; read -r b; echo "$a$b"; cat; } < f | paste -sd' '
while read -r x; do echo "outer $x"; read -r y; echo "inner $y"; done < f | paste -sd' '
while read -r x; do echo "$x"; cat > /dev/null; done < f
exec 5< f; read -r a <&5
(read -r b <&5; echo "child read $b"); read -r c <&5
echo "$a then $c"; exec 5<&-
while read -r x; do true < /dev/null; printf '%s ' "$x"; done < f
echo
printf '1\n2\n3\n' | { sed -n 1p > /dev/null; cat | wc -l | awk '{print ($1 <= 2)}'; }
{ head -c 2; echo -; cat; } < f | paste -sd' '
for i in 1 2 3; do read -r l || l=none; printf '%s ' "$l"; done < <(printf 'a\nb\n')
echo
bash -c 'read -r x; echo "first $x"; exec cat' < f | tail -1
