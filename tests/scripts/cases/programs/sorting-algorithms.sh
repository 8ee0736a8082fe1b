#!/usr/bin/env bash
# Bubble, insertion, quick and merge sort against sort(1).
set -eu
read -ra data <<< "42 7 99 -3 0 7 15 100 23 8 -50 64 1 1 90"
bubble() {
    local -n v=$1
    local i j t n=${#v[@]}
    for ((i = 0; i < n; i++)); do
        for ((j = 0; j < n - i - 1; j++)); do
            if ((v[j] > v[j + 1])); then t=${v[j]}; v[j]=${v[j + 1]}; v[j + 1]=$t; fi
        done
    done
}
insertion() {
    local -n v=$1
    local i j x
    for ((i = 1; i < ${#v[@]}; i++)); do
        x=${v[i]}
        for ((j = i - 1; j >= 0 && v[j] > x; j--)); do v[j + 1]=${v[j]}; done
        v[j + 1]=$x
    done
}
quick() {
    [ $# -le 1 ] && { echo "$@"; return; }
    local pivot=$1 x less=() more=()
    shift
    for x in "$@"; do if ((x < pivot)); then less+=("$x"); else more+=("$x"); fi; done
    echo $(quick "${less[@]}") "$pivot" $(quick "${more[@]}")
}
merge_sort() {
    local -a a=("$@") l r out=()
    local n=$# i=0 j=0
    ((n <= 1)) && { echo "$@"; return; }
    read -ra l <<< "$(merge_sort "${a[@]:0:n/2}")"
    read -ra r <<< "$(merge_sort "${a[@]:n/2}")"
    while ((i < ${#l[@]} && j < ${#r[@]})); do
        if ((l[i] <= r[j])); then out+=("${l[i]}"); i=$((i + 1)); else out+=("${r[j]}"); j=$((j + 1)); fi
    done
    echo "${out[@]}" "${l[@]:i}" "${r[@]:j}" | xargs
}
want=$(printf '%s\n' "${data[@]}" | sort -n | paste -sd' ')
echo "$want"
a=("${data[@]}"); bubble a; [ "${a[*]}" = "$want" ] && echo bubble
b=("${data[@]}"); insertion b; [ "${b[*]}" = "$want" ] && echo insertion
[ "$(quick "${data[@]}")" = "$want" ] && echo quick
[ "$(merge_sort "${data[@]}")" = "$want" ] && echo merge
