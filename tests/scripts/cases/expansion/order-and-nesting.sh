x='$y'; y=z; echo $x; eval echo $x; a='{1,2}'; echo $a
b='$(echo no)'; echo "$b"; g='*'; touch f1; echo "$g" $g
echo "${x/'$y'/"${y}"}" "${y:+${x:1}}" "$(echo "${y^^}")" "$((${#x} + 1))"
