#!/usr/bin/env bash
# Templates with loops and conditions over JSON, done by jq and a while loop.
set -euo pipefail
cat > data.json <<'EOF'
{"title": "Menu & Prices", "items": [{"name": "Soup", "price": 4.5, "vegan": true}, {"name": "Fish <fresh>", "price": 12, "vegan": false}]}
EOF
html() {
    jq -r '
        def row: "    <li>\(.name | @html): \(.price)\(if .vegan then " (v)" else "" end)</li>";
        "<h1>\(.title | @html)</h1>", "<ul>", (.items[] | row), "</ul>",
        "<p>\(.items | length) items, \([.items[].price] | add) in all</p>"' data.json
}
html | tee page.html
grep -c '<li>' page.html
text() {
    printf '%s\n' "$(jq -r .title data.json)"
    printf '%s\n' "$(jq -r .title data.json)" | sed 's/./=/g'
    jq -r '.items[] | [.name, .price, .vegan] | @tsv' data.json | while IFS=$'\t' read -r name price vegan; do
        printf '%-14s %6.2f%s\n' "$name" "$price" "$([ "$vegan" = true ] && echo ' v')"
    done
}
text
jq -c '.items |= map(.price *= 2) | .items[].price' data.json
jq -r '.items | map("\"\(.name)\"") | join(" and ")' data.json
sed -e 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g' -e 's/<[^<>]*li>//g' page.html | sed -n '3,4p'
