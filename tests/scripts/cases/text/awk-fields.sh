printf 'ann 30 paris\nbob 25 rome\n' > f
awk '{print $1, $NF, NF, NR}' f
awk '{print $3 "-" $1}' f
awk -F: '{print $2}' <<< 'a:b:c'
awk '{$2 = $2 + 1; print}' f
awk -F, -v OFS=';' '{$1 = $1; print}' <<< 'x,y,z'
awk 'NR == 2' f; awk '/ann/ {print "found", $2}' f
awk '$2 > 26 {print $1}' f; awk 'END {print NR, $0}' f
awk '{print NF ? $(NF - 1) : "none"}' f
awk '{$5 = "e"; print NF ": " $0}' f
awk '{NF = 2; print}' f
awk -F'[:,]' '{print $3}' <<< 'a:b,c'
awk -F'\t' '{print $2}' <<< $'a b\tc d'
echo '  lead  trail ' | awk '{$1 = $1; print "[" $0 "]"}'
awk 'BEGIN {FS = "="} {print $2}' <<< 'k=v'
