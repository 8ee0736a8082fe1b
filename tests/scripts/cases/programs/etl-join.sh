#!/usr/bin/env bash
# Orders, customers and prices from three files joined into an invoice per customer.
set -euo pipefail
printf '%s\n' 'c1|Ann|Berlin' 'c2|Bob|Paris' 'c3|Cid|Rome' > customers
printf '%s\n' 'o1|c2|p1|3' 'o2|c1|p2|1' 'o3|c2|p3|2' 'o4|c9|p1|1' 'o5|c1|p1|10' > orders
printf '%s\n' 'p1,2.50' 'p2,99.99' 'p3,0.75' > prices
sort -t'|' -k3,3 orders > by_product
tr , '|' < prices | sort -t'|' -k1,1 > prices.sorted
join -t'|' -1 3 -2 1 -o 1.2,1.1,0,1.4,2.2 by_product prices.sorted | sort -t'|' -k1,1 -k2,2 > lines
sort -t'|' -k1,1 customers > customers.sorted
echo "== orphans"
join -t'|' -v1 lines customers.sorted
echo "== invoices"
join -t'|' lines customers.sorted | awk -F'|' '
    function flush() { if (name != "") printf "  %-22s %8.2f\n", "total", total }
    $1 != last { flush(); last = $1; name = $6; total = 0; printf "%s (%s)\n", $6, $7 }
    { amount = $4 * $5; total += amount; printf "  %s %3d x %-14s %8.2f\n", $2, $4, $3, amount }
    END { flush() }'
echo "== without orders"
join -t'|' -v1 customers.sorted lines | cut -d'|' -f2
echo "== by product"
awk -F'|' '{n[$3] += $4; v[$3] += $4 * $5} END {for (p in n) printf "%s %d %.2f\n", p, n[p], v[p]}' lines | sort
echo "== same in one awk"
awk -F'[|,]' 'FILENAME == "prices" {price[$1] = $2; next} FILENAME == "customers" {name[$1] = $2; next}
    ($2 in name) {sum[name[$2]] += $4 * price[$3]} END {for (n in sum) printf "%s %.2f\n", n, sum[n]}' prices customers orders | sort
