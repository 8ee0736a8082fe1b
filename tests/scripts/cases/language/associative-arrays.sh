declare -A age=([ann]=30 [bob]=25 ["two words"]=2)
age[cid]=41; ((age[ann]++)); age[bob]+=9
for k in "${!age[@]}"; do echo "$k=${age[$k]}"; done | sort
echo "${#age[@]} ${age[nobody]-unknown}"
[[ -v age[ann] ]] && echo "ann known"; unset 'age[ann]'; [[ -v age[ann] ]] || echo "ann gone"
declare -A count; for w in a b a c a b; do count[$w]=$((${count[$w]:-0} + 1)); done
for k in a b c; do printf '%s:%s ' "$k" "${count[$k]}"; done; echo
key='x.y/z'; count[$key]=1; echo "${count[x.y/z]}"
