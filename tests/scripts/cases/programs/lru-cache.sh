#!/usr/bin/env bash
# A least-recently-used cache: an associative array for the values, an array for the order.
set -u
capacity=3 hits=0 misses=0
declare -A cache
order=()
touch_key() {
    local k=$1 x kept=()
    for x in "${order[@]+"${order[@]}"}"; do [ "$x" = "$k" ] || kept+=("$x"); done
    order=("${kept[@]+"${kept[@]}"}" "$k")
}
put() {
    if [[ ! -v cache[$1] ]] && ((${#order[@]} >= capacity)); then
        local oldest=${order[0]}
        unset "cache[$oldest]"
        order=("${order[@]:1}")
        echo "evict $oldest"
    fi
    cache[$1]=$2
    touch_key "$1"
}
get() {
    if [[ -v cache[$1] ]]; then
        hits=$((hits + 1)); touch_key "$1"; echo "$1 = ${cache[$1]}"
    else
        misses=$((misses + 1)); echo "$1 is not cached"; return 1
    fi
}
put a 1; put b 2; put c 3
get a
put d 4
get b || put b 22
get a
put e 5
get c
get a
put a 100
get a
echo "order: ${order[*]}"
for k in "${!cache[@]}"; do echo "$k=${cache[$k]}"; done | sort
echo "hits $hits misses $misses"
