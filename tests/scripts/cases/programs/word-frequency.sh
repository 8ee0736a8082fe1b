#!/usr/bin/env bash
# Word counts of a text in three ways that have to agree.
set -euo pipefail
cat > text <<'EOF'
It was the best of times, it was the worst of times,
it was the age of wisdom, it was the age of foolishness,
it was the epoch of belief, it was the epoch of incredulity
EOF

by_pipeline() {
    tr -cs '[:alpha:]' '\n' < "$1" | tr '[:upper:]' '[:lower:]' | sort | uniq -c | awk '{print $2, $1}' | sort
}
by_awk() {
    awk '{
        gsub(/[^A-Za-z]+/, " ")
        for (i = 1; i <= NF; i++) n[tolower($i)]++
    } END {for (w in n) print w, n[w]}' "$1" | sort
}
by_bash() {
    local -A n=()
    local word
    while read -r -a words; do
        for word in "${words[@]}"; do
            word=${word//[^A-Za-z]/}
            word=${word,,}
            [ -n "$word" ] && n[$word]=$((${n[$word]:-0} + 1))
        done
    done < "$1"
    for word in "${!n[@]}"; do echo "$word ${n[$word]}"; done | sort
}

by_pipeline text > a
by_awk text > b
by_bash text > c
cmp a b && cmp b c && echo "all three agree on $(wc -l < a) words"
sort -k2,2nr -k1,1 a | head -5
echo "longest: $(awk '{print length($1), $1}' a | sort -rn | head -1)"
echo "once: $(awk '$2 == 1 {print $1}' a | paste -sd,)"
