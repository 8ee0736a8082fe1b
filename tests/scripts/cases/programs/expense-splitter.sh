#!/usr/bin/env bash
# Who owes whom: shares in cents, settled with few payments.
set -eu
cat > expenses <<'EOF'
ann dinner 60.00 ann,bob,cid
bob taxi 15.50 ann,bob
cid tickets 100.00 ann,bob,cid,dee
dee snacks 0.99 cid,dee
EOF
declare -A net
while read -r payer what amount among; do
    cents=$((10#${amount/./}))
    IFS=, read -ra people <<< "$among"
    share=$((cents / ${#people[@]})) rest=$((cents % ${#people[@]}))
    net[$payer]=$((${net[$payer]:-0} + cents))
    for p in "${people[@]}"; do
        s=$share
        # The odd cents go to the first ones.
        if ((rest > 0)); then s=$((s + 1)) rest=$((rest - 1)); fi
        net[$p]=$((${net[$p]:-0} - s))
    done
    echo "$what: $share cents each"
done < expenses
money() { printf '%s%d.%02d' "$( (($1 < 0)) && echo -)" $((${1#-} / 100)) $((${1#-} % 100)); }
for p in $(printf '%s\n' "${!net[@]}" | sort); do printf '%-4s %8s\n' "$p" "$(money "${net[$p]}")"; done
while :; do
    debtor= creditor=
    for p in $(printf '%s\n' "${!net[@]}" | sort); do
        if [ -z "$debtor" ] || ((net[$p] < net[$debtor])); then debtor=$p; fi
        if [ -z "$creditor" ] || ((net[$p] > net[$creditor])); then creditor=$p; fi
    done
    ((net[$creditor] == 0)) && break
    pay=$((-net[$debtor])); ((pay > net[$creditor])) && pay=${net[$creditor]}
    echo "$debtor pays $creditor $(money "$pay")"
    net[$debtor]=$((${net[$debtor]} + pay)) net[$creditor]=$((${net[$creditor]} - pay))
done
printf '%s\n' "${net[@]}" | sort -u
