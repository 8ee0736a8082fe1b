#!/usr/bin/env bash
# Binary search in a sorted array, and a guessing game that uses it.
find_in() {
    local -n list=$1
    local want=$2 lo=0 hi=$((${#list[@]} - 1)) mid steps=0
    while ((lo <= hi)); do
        mid=$(((lo + hi) / 2)) steps=$((steps + 1))
        if ((list[mid] == want)); then echo "$want at $mid in $steps steps"; return 0
        elif ((list[mid] < want)); then lo=$((mid + 1))
        else hi=$((mid - 1)); fi
    done
    echo "$want not there after $steps steps"
    return 1
}
mapfile -t squares < <(seq 0 63 | awk '{print $1 * $1}')
for want in 0 81 3969 80 5000 -1; do find_in squares "$want" || missing+=("$want"); done
echo "missing: ${missing[*]}"
empty=()
find_in empty 1; echo "status $?"

guess() {
    local secret=$1 lo=1 hi=1000 tries=0 g
    while :; do
        g=$(((lo + hi) / 2)) tries=$((tries + 1))
        if ((g == secret)); then break; elif ((g < secret)); then lo=$((g + 1)); else hi=$((g - 1)); fi
    done
    echo "$tries"
}
worst=0
for ((s = 1; s <= 1000; s += 37)); do t=$(guess "$s"); ((t > worst)) && worst=$t; done
echo "worst $worst"
