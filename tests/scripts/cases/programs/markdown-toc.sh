#!/usr/bin/env bash
# Makes a table of contents from headings and puts it between markers, twice with the same result.
set -euo pipefail
cat > doc.md <<'EOF'
# The Title

<!-- toc -->
<!-- /toc -->

## First Steps
text
### Install It
```sh
# not a heading
```
### Run & Stop
## API: v2 (beta)
## First Steps
EOF
toc() {
    awk '
        /^```/ { code = !code; next }
        code { next }
        /^##+ / {
            level = length($1) - 2
            text = substr($0, length($1) + 2)
            slug = tolower(text)
            gsub(/[^a-z0-9 -]/, "", slug)
            gsub(/ /, "-", slug)
            if (seen[slug]++) slug = slug "-" (seen[slug] - 1)
            indent = ""
            for (i = 0; i < level; i++) indent = indent "  "
            printf "%s- [%s](#%s)\n", indent, text, slug
        }' "$1"
}
insert() {
    local lines
    lines=$(toc "$1")
    sed -i '/<!-- toc -->/,/<!-- \/toc -->/{//!d}' "$1"
    sed -i "/<!-- toc -->/r /dev/stdin" "$1" <<< "$lines"
}
insert doc.md
cat doc.md
cp doc.md once.md
insert doc.md
cmp doc.md once.md && echo "the second run changes nothing"
grep -c '^ *- \[' doc.md
