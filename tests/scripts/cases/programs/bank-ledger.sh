#!/usr/bin/env bash
# Postings in cents, with balances, an invariant and a statement.
set -eu
cents() { local v=$1; [[ $v =~ ^(-?)([0-9]+)(\.([0-9]{2}))?$ ]] || { echo "bad amount: $v" >&2; return 1; }; echo "${BASH_REMATCH[1]}$((10#${BASH_REMATCH[2]} * 100 + 10#${BASH_REMATCH[4]:-0}))"; }
euros() { local c=$1 sign=; if ((c < 0)); then sign=-; c=$((-c)); fi; printf '%s%d.%02d' "$sign" $((c / 100)) $((c % 100)); }
declare -A balance=()
journal=()
post() { # from to amount text
    local c
    c=$(cents "$3") || return 1
    if ((c <= 0)); then echo "refused: $3"; return 1; fi
    if [ "$1" != world ] && ((${balance[$1]:-0} < c)); then
        echo "refused: $1 has only $(euros "${balance[$1]:-0}")"
        return 1
    fi
    balance[$1]=$((${balance[$1]:-0} - c))
    balance[$2]=$((${balance[$2]:-0} + c))
    journal+=("$1|$2|$c|$4")
}
post world ann 100.00 salary
post ann bob 20.50 rent
post bob cid 30 loan || true
post ann cid 0.09 'tiny; odd | text'
post ann bob -5 trick || true
post ann bob 1.5 format 2>/dev/null || echo "refused: format"
post cid world 0.09 fee
sum=0
for who in $(printf '%s\n' "${!balance[@]}" | sort); do
    printf '%-6s %10s\n' "$who" "$(euros "${balance[$who]}")"
    sum=$((sum + ${balance[$who]}))
done
echo "sum $sum"
for entry in "${journal[@]}"; do
    IFS='|' read -r from to c text <<< "$entry"
    printf '%-5s -> %-5s %8s  %s\n' "$from" "$to" "$(euros "$c")" "$text"
done
printf '%s\n' "${journal[@]}" | awk -F'|' '$1 == "ann" {s += $3} END {print "ann paid", s / 100}'
