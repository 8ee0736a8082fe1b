printf '%d\n' 0xff 0377 255
printf '%x %X %o\n' 255 255 255
echo $((16#ff)) $((2#1010)) $((8#17)) $((36#zz))
echo 'obase=2; 10' | bc
printf '%08d\n' "$(echo 'obase=2; 37' | bc)"
printf '\\x%02x' 72 105; echo
printf "$(printf '\\x%02x' 72 105)"; echo
printf '%d\n' "'a" "'é"
for i in 5 10; do b=; n=$i; while ((n)); do b=$((n % 2))$b; ((n /= 2)) || true; done; echo "$i=$b"; done
echo ff | tr a-f A-F | sed 's/^/ibase=16; /' | bc; od -An -tu1 <<< A
printf '%b\n' '\0101'
