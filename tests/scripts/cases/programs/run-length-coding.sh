#!/usr/bin/env bash
# Run-length encoding of lines by uniq, of strings by bash and by sed, all decoded again.
set -eu
encode() {
    local s=$1 out= c n=0 prev= i
    for ((i = 0; i <= ${#s}; i++)); do
        c=${s:i:1}
        if [[ $c == "$prev" && -n $c ]]; then n=$((n + 1)); continue; fi
        if [ -n "$prev" ]; then
            if ((n > 1)); then out+=$n$prev; else out+=$prev; fi
        fi
        prev=$c n=1
    done
    echo "$out"
}
decode() {
    local s=$1 out= n
    while [[ $s =~ ^([0-9]*)([^0-9])(.*)$ ]]; do
        n=${BASH_REMATCH[1]:-1}
        printf -v run '%*s' "$n" ''
        out+=${run// /${BASH_REMATCH[2]}}
        s=${BASH_REMATCH[3]}
    done
    echo "$out"
}
for s in WWWWBWW abc aaaaaaaaaaaa '' x 'zz  yy'; do
    e=$(encode "$s")
    d=$(decode "$e")
    printf '[%s] -> [%s] %s\n' "$s" "$e" "$([ "$d" = "$s" ] && echo ok || echo "[$d]")"
done
printf '%s\n' a a a b c c | uniq -c | awk '{printf "%s*%d ", $2, $1} END {print ""}'
printf 'a*3 b*1 c*2' | tr ' ' '\n' | awk -F'*' '{for (i = 0; i < $2; i++) print $1}' | paste -sd' '
echo aaabccdddd | grep -oE '(.)\1*' | awk '{print length($0) substr($0, 1, 1)}' | paste -sd ' '
