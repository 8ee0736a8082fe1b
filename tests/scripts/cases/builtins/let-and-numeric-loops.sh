let i=5 j=i*2 'k = i > 3'; echo "$i $j $k"
((i += 5, j -= 1)); echo "$i $j"
for i in {1..3}; do ((t += i)); done; echo $t
((t == 6)) && echo six; i=10
while ((i-- > 7)); do printf '%s ' $i; done; echo
echo $((i = 3, i * i)) $i; declare -i a; a='2 + 3'
echo $a; n=007; echo $((10#$n + 1))
printf '%d\n' $((0x10 + 8#17))
