#!/usr/bin/env bash
# Matrices as flat arrays: product, transpose, power, and the same in awk.
set -eu
multiply() { # name of a, name of b, name of the result, n
    local -n ma=$1 mb=$2 mc=$3
    local n=$4 i j k s
    local -a out=()
    for ((i = 0; i < n; i++)); do
        for ((j = 0; j < n; j++)); do
            s=0
            for ((k = 0; k < n; k++)); do ((s += ma[i * n + k] * mb[k * n + j])) || true; done
            out[i * n + j]=$s
        done
    done
    mc=("${out[@]}")
}
show() {
    local -n m=$1
    local n=$2 i
    for ((i = 0; i < n; i++)); do printf '%5d' "${m[@]:i * n:n}"; echo; done
}
a=(1 2 3 4 5 6 7 8 9)
identity=(1 0 0 0 1 0 0 0 1)
multiply a identity r 3
[ "${a[*]}" = "${r[*]}" ] && echo "identity holds"
multiply a a sq 3
show sq 3
fib=(1 1 1 0)
power=(1 0 0 1)
for ((e = 0; e < 30; e++)); do multiply power fib power 2; done
echo "fib(30) = ${power[1]}"
printf '%s %s %s\n' "${a[@]}" > m.txt
awk '{for (i = 1; i <= NF; i++) t[i, NR] = $i; n = NF}
    END {for (i = 1; i <= n; i++) {for (j = 1; j <= NR; j++) printf "%s%s", t[i, j], j < NR ? " " : "\n"}}' m.txt
awk '{d += $NR; a += $(NF + 1 - NR)} END {print "diagonals", d, a}' m.txt
paste -d' ' <(cut -d' ' -f3 m.txt) <(cut -d' ' -f2 m.txt) <(cut -d' ' -f1 m.txt)
