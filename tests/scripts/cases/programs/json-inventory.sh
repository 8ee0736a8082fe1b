#!/usr/bin/env bash
# Keeps an inventory in a JSON file: add, remove, list, with errors for what is wrong.
set -uo pipefail
db=inventory.json
echo '{"items": []}' > "$db"

update() {
    local filter=$1
    shift
    if jq "$@" "$filter" "$db" > "$db.new"; then mv "$db.new" "$db"; else rm -f "$db.new"; return 1; fi
}
add() { update '.items += [{name: $name, qty: $qty, tags: ($tags | split(",") | map(select(. != "")))}]' --arg name "$1" --argjson qty "$2" --arg tags "${3-}"; }
remove() {
    jq -e --arg name "$1" 'any(.items[]; .name == $name)' "$db" > /dev/null || { echo "no item $1"; return 1; }
    update '.items |= map(select(.name != $name))' --arg name "$1"
}
take() { update '(.items[] | select(.name == $name) | .qty) -= $n' --arg name "$1" --argjson n "$2"; }
list() { jq -r '.items | sort_by(.name)[] | [.name, .qty, (.tags | join("+"))] | @tsv' "$db" | while IFS=$'\t' read -r n q t; do printf '%-10s %4d  %s\n' "$n" "$q" "$t"; done; }

add hammer 3 tool,steel
add 'nail box' 40 steel
add rope 7
list
take 'nail box' 15
remove rope
remove rope || echo "status $?"
add broken not-a-number 2> err || echo "rejected: $(wc -l < err | awk '{print ($1 > 0) ? "with a message" : "silently"}')"
echo "--"
list
jq -c '{count: (.items | length), total: ([.items[].qty] | add), tags: ([.items[].tags[]] | unique)}' "$db"
jq -r '.items[] | select(.tags | index("tool")) | .name' "$db"
ls
