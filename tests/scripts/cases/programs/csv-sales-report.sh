#!/usr/bin/env bash
# Totals per region and month from a CSV file with a header, a quoted field and an empty one.
set -euo pipefail
cat > sales.csv <<'EOF'
date,region,product,units,price
2024-01-05,north,"bolt, large",10,1.50
2024-01-20,south,nut,100,0.10
2024-02-02,north,nut,,0.10
2024-02-14,east,"bolt, large",4,1.50
2024-03-01,south,washer,50,0.05
2024-03-15,north,nut,20,0.10
EOF

# Commas inside quotes become another character, so that -F, does.
unquote() {
    awk '{
        out = ""; inside = 0
        for (i = 1; i <= length($0); i++) {
            c = substr($0, i, 1)
            if (c == "\"") inside = !inside
            else if (c == "," && inside) out = out ";"
            else out = out c
        }
        print out
    }'
}

rows() { tail -n +2 sales.csv | unquote; }

echo "== by region"
rows | awk -F, '{u = $4 == "" ? 0 : $4; sum[$2] += u * $5; cnt[$2]++}
    END {for (r in sum) printf "%-6s %3d rows %7.2f\n", r, cnt[r], sum[r]}' | sort
echo "== by month"
rows | awk -F, '{split($1, d, "-"); m = d[1] "-" d[2]; s[m] += $4 * $5} END {for (m in s) printf "%s %.2f\n", m, s[m]}' | sort
echo "== best product"
rows | awk -F, '{p[$3] += $4 * $5} END {for (k in p) printf "%.2f %s\n", p[k], k}' | sort -rn | head -1 | tr ';' ','
echo "== rows without units"
rows | awk -F, '$4 == "" {print NR ": " $1 " " $3}'
total=$(rows | awk -F, '{s += $4 * $5} END {printf "%.2f", s}')
echo "total $total"
[ "$total" = "35.50" ] || { echo "unexpected total" >&2; exit 1; }
