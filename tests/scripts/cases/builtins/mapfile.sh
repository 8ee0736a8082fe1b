printf 'one\ntwo\nthree' > f; mapfile -t a < f
echo "${#a[@]} ${a[2]}"; mapfile b < f
printf '%s' "${b[0]}"; mapfile -t -n 1 -s 1 c < f
echo "${c[@]}"
readarray -t -d , d <<< 'x,y,z'; echo "${#d[@]} ${d[1]}"
mapfile -t e < /dev/null; echo "${#e[@]}"
mapfile -t -O 2 g < f; echo "${!g[@]}"
