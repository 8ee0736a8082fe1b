printf 'l1\nl2\nl3\n' > in; { read -r a; read -r b; cat; } < in; echo "$a $b"
while read -r x <&3; do read -r y <&4 || y=none; echo "$x/$y"; done 3< in 4< <(printf 'p\nq\n')
cat < missing; echo "missing: $?"; head -1 < in > in2 && cat in2; cat - < in | tail -1
read -r z < /dev/null; echo "eof $?"
