a=(one two three); a[5]=six
echo "${a[0]} ${a[5]} ${#a[@]} ${!a[*]}"
echo "${a[@]:1:2} | ${a[@]: -1} | ${a[@]/t/T} | ${a[@]#t} | ${a[@]^^}"
b=("${a[@]}"); echo "${!b[@]}"; unset 'b[0]'; echo "${b[0]-gone} ${#b[@]}"
c=([3]=x [1]=y z); echo "${!c[@]}: ${c[@]}"
d=($(seq 3)); echo $((d[0] + d[1] + d[2])); d[1]+=0; echo "${d[1]}"
empty=(); echo "${#empty[@]}"; for x in "${empty[@]}"; do echo never; done
e=("a b" "c  d"); for x in "${e[@]}"; do echo "[$x]"; done; for x in ${e[*]}; do echo "($x)"; done
IFS=-; echo "${e[*]}"
