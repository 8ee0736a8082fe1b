#!/usr/bin/env bash
# Shifts letters by any amount, in bash and with tr, and breaks the code by counting letters.
shift_text() {
    local n=$((($2 % 26 + 26) % 26)) lower=abcdefghijklmnopqrstuvwxyz upper=ABCDEFGHIJKLMNOPQRSTUVWXYZ
    tr "$lower$upper" "${lower:n}${lower:0:n}${upper:n}${upper:0:n}" <<< "$1"
}
slow_shift() {
    local s=$1 n=$2 out= c code i
    for ((i = 0; i < ${#s}; i++)); do
        c=${s:i:1}
        if [[ $c == [a-zA-Z] ]]; then
            printf -v code %d "'$c"
            if ((code >= 97)); then code=$(((code - 97 + n) % 26 + 97)); else code=$(((code - 65 + n) % 26 + 65)); fi
            printf -v c "\\x$(printf %x "$code")"
        fi
        out+=$c
    done
    echo "$out"
}
text='The enemy feeds the eastern regiment, ever eager. Meet me there!'
secret=$(shift_text "$text" 7)
echo "$secret"
[ "$(slow_shift "$text" 7)" = "$secret" ] && echo "both ways agree"
shift_text "$secret" -7
tr 'A-Za-z' 'N-ZA-Mn-za-m' <<< 'Uryyb, Jbeyq!'
# The most frequent letter of an English text is taken for an e.
top=$(tr -cd 'a-zA-Z' <<< "$secret" | tr A-Z a-z | fold -w1 | sort | uniq -c | sort -k1,1nr | head -1 | awk '{print $2}')
printf -v code %d "'$top"
guess=$((code - 101))
echo "guessed shift $guess"
shift_text "$secret" "-$guess" | cut -d' ' -f1-3
