#!/usr/bin/env bash
# A glider on a small torus, in pure bash.
set -eu
w=8 h=6
declare -A alive
for cell in 1,0 2,1 0,2 1,2 2,2; do alive[$cell]=1; done
show() {
    local x y line
    for ((y = 0; y < h; y++)); do
        line=
        for ((x = 0; x < w; x++)); do line+=${alive[$x,$y]+#}; line+=${alive[$x,$y]-.}; line=${line//1/}; done
        echo "$line"
    done
}
step() {
    local -A n=() next=()
    local cell x y dx dy
    for cell in "${!alive[@]}"; do
        x=${cell%,*} y=${cell#*,}
        for dx in -1 0 1; do
            for dy in -1 0 1; do
                ((dx == 0 && dy == 0)) && continue
                k=$(((x + dx + w) % w)),$(((y + dy + h) % h))
                n[$k]=$((${n[$k]:-0} + 1))
            done
        done
    done
    for cell in "${!n[@]}"; do
        if ((n[$cell] == 3)) || { ((n[$cell] == 2)) && [[ -v alive[$cell] ]]; }; then next[$cell]=1; fi
    done
    alive=()
    for cell in "${!next[@]}"; do alive[$cell]=1; done
}
show
for g in 1 2 3 4; do step; done
echo "after 4: ${#alive[@]} alive"
show
for g in {5..20}; do step; done
printf '%s\n' "${!alive[@]}" | sort | paste -sd' '
