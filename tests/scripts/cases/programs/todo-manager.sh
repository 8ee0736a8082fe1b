#!/usr/bin/env bash
# A to-do list in a text file, edited in place with sed and awk.
set -u
file=todo.txt
: > "$file"
add() { printf '[ ] (%s) %s\n' "$1" "$2" >> "$file"; }
complete() {
    local n=$1
    if ! [[ $n =~ ^[0-9]+$ ]] || ((n < 1 || n > $(wc -l < "$file"))); then echo "no item $n"; return 1; fi
    sed -i "${n}s/^\[ \]/[x]/" "$file"
}
list() { awk -v all="${1-}" '/^\[ \]/ || all {printf "%2d %s\n", NR, $0}' "$file"; }
by_priority() { grep '^\[ \]' "$file" | sort -t'(' -k2,2 | sed 's/^\[ \] //'; }
stats() { awk '{/^\[x\]/ ? done++ : open++} END {printf "%d open, %d done, %.0f%%\n", open, done, done * 100 / NR}' "$file"; }
purge() { cp "$file" "$file.bak"; sed -i '/^\[x\]/d' "$file"; echo "purged $(($(wc -l < "$file.bak") - $(wc -l < "$file")))"; }

add B 'write the report'
add A 'pay the bill, $40 & tip'
add C "call Ann's office"
add A 'back up / restore test'
list
complete 2
complete 9 || echo "status $?"
complete x
complete 3
echo "--"
list
echo "-- all"
list all
stats
by_priority
purge
list
sed -i 's/(B)/(A)/; s|/|or|' "$file"
cat "$file"
diff "$file" "$file.bak" | grep -c '^[<>]'
