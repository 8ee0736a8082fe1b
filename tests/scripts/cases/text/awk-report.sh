cat > sales.txt <<'EOF'
north widget 12 2.50
south gadget 3 19.99
north gadget 1 19.99
east widget 40 2.50
south widget 7 2.50
EOF
awk '
    BEGIN { printf "%-8s %8s %10s\n", "region", "units", "revenue" }
    { units[$1] += $3; revenue[$1] += $3 * $4; total += $3 * $4 }
    END {
        n = 0
        for (r in units) names[++n] = r
        for (i = 1; i <= n; i++)
            for (j = i + 1; j <= n; j++)
                if (names[j] < names[i]) { t = names[i]; names[i] = names[j]; names[j] = t }
        for (i = 1; i <= n; i++) printf "%-8s %8d %10.2f\n", names[i], units[names[i]], revenue[names[i]]
        printf "%-8s %8s %10.2f\n", "total", "", total
    }' sales.txt
