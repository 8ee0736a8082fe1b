set_to() { local -n target=$1; target=$2; }
set_to result "from a function"; echo "$result"
append() { local -n arr=$1; shift; arr+=("$@"); }
list=(a); append list b "c d"; echo "${#list[@]} ${list[2]}"
sum() { local -n in=$1 out=$2; local x; out=0; for x in "${in[@]}"; do ((out += x)) || true; done; }
nums=(1 2 3 4); sum nums total; echo "$total"
declare -A m=([k]=v); look() { local -n h=$1; echo "${h[$2]}"; }; look m k
declare -n ref=list; echo "${!ref} ${ref[1]}"
