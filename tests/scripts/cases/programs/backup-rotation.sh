#!/usr/bin/env bash
# Keeps the newest three backups of a folder, named by date, and proves that the last restores.
set -euo pipefail

keep=3
data=data
store=backups

log() { printf '[backup] %s\n' "$*"; }

backup() {
    local day=$1 file="$store/$data-$1.tar.gz"
    [ -e "$file" ] && { log "already have $day"; return 0; }
    tar -czf "$file.part" "$data"
    mv "$file.part" "$file"
    log "made ${file##*/}"
}

rotate() {
    local old
    # Names sort by date, so the newest are the last.
    find "$store" -name "$data-*.tar.gz" | sort | head -n "-$keep" | while read -r old; do
        rm -- "$old"
        log "dropped ${old##*/}"
    done
}

restore() {
    local latest
    latest=$(find "$store" -name "$data-*.tar.gz" | sort | tail -1)
    mkdir -p restored
    tar -xzf "$latest" -C restored
    log "restored ${latest##*/}"
}

mkdir -p "$data/sub" "$store"
for day in 2024-05-0{1..5}; do
    echo "entry of $day" >> "$data/journal"
    echo "$day" > "$data/sub/last"
    backup "$day"
    backup "$day" > /dev/null
    rotate
done
restore
diff -r "$data" "restored/$data" && log "restored copy is equal"
ls "$store"
wc -l < "restored/$data/journal"
