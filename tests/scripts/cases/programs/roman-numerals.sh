#!/usr/bin/env bash
# Both ways, and every number up to 400 there and back.
to_roman() {
    local n=$1 out= i
    local values=(1000 900 500 400 100 90 50 40 10 9 5 4 1)
    local signs=(M CM D CD C XC L XL X IX V IV I)
    for i in "${!values[@]}"; do
        while ((n >= values[i])); do out+=${signs[i]}; ((n -= values[i])); done
    done
    REPLY=$out
}
from_roman() {
    local s=$1 total=0 previous=0 v i
    local -A value=([I]=1 [V]=5 [X]=10 [L]=50 [C]=100 [D]=500 [M]=1000)
    for ((i = ${#s} - 1; i >= 0; i--)); do
        v=${value[${s:i:1}]}
        if ((v < previous)); then ((total -= v)); else ((total += v)); fi
        previous=$v
    done
    REPLY=$total
}
for n in 1 4 9 14 40 90 400 1994 2024 3999; do to_roman "$n"; printf '%4d %s\n' "$n" "$REPLY"; done
bad=0
for ((n = 1; n <= 400; n++)); do
    to_roman "$n"
    from_roman "$REPLY"
    [ "$REPLY" -eq "$n" ] || bad=$((bad + 1))
done
echo "$bad wrong"
to_roman 3888; echo "longest ${#REPLY}: $REPLY"
for r in XLII MCMLXXXIV; do from_roman "$r"; echo "$r $REPLY"; done
