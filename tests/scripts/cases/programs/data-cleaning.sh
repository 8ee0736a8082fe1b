#!/usr/bin/env bash
# Cleans a messy list of contacts: spaces, cases, formats, duplicates, and reports what is invalid.
set -euo pipefail
cat > raw.txt <<'EOF'
  Ann Miller ; ANN@Example.org;(030) 123-456
bob  jones;bob@example.org ;030 999 888

# imported 2024
Cid;not-an-email;12
ann miller;ann@example.org;030/123456
Dee O'Neil;dee@ex-ample.co.uk;+49 30 555
;empty@example.org;1
EOF
clean() {
    sed -e 's/#.*//' -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//' -e '/^$/d' raw.txt |
        awk -F' *; *' -v OFS=';' '{
            name = ""
            n = split(tolower($1), w, / +/)
            for (i = 1; i <= n; i++) name = name (i > 1 ? " " : "") toupper(substr(w[i], 1, 1)) substr(w[i], 2)
            gsub(/[^0-9+]/, "", $3)
            print name, tolower($2), $3
        }'
}
clean > clean.txt
valid='^[^;]+;[a-z0-9._-]+@[a-z0-9-]+(\.[a-z0-9-]+)+;\+?[0-9]{3,}$'
echo "== invalid"
grep -nEv "$valid" clean.txt || true
echo "== contacts"
grep -E "$valid" clean.txt | sort -t';' -k2,2 -u | tee contacts.csv
echo "== domains"
cut -d';' -f2 contacts.csv | cut -d@ -f2 | sort | uniq -c | sort -k1,1nr -k2 | awk '{print $2 ": " $1}'
echo "== json"
jq -R -c 'split(";") | {name: .[0], email: .[1], phone: .[2]}' contacts.csv
printf '%d in, %d out\n' "$(grep -c ';' raw.txt)" "$(wc -l < contacts.csv)"
