seq 5 | sort -rn | head -2 > out & wait $!; echo $?; cat out
{ echo a; false; } | (cat > b; exit 8) & wait $!; echo $?; cat b
false & wait $!; echo $?
x=$(echo in substitution & wait); echo "$x"
