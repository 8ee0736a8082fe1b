#!/usr/bin/env bash
# Follows a log by remembered offsets: each run sees only what is new, also after truncation.
set -eu
log=app.log state=offset
: > "$log"
follow() {
    local offset=0 size
    [ -f "$state" ] && offset=$(< "$state")
    size=$(stat -c %s "$log")
    if ((size < offset)); then
        echo "(truncated)"
        offset=0
    fi
    # Only whole lines count; a half-written one is left for the next time.
    local chunk complete
    chunk=$(tail -c "+$((offset + 1))" "$log"; echo x)
    chunk=${chunk%x}
    complete=${chunk%"${chunk##*$'\n'}"}
    printf '%s' "$complete" | sed 's/^/| /'
    echo $((offset + $(printf '%s' "$complete" | wc -c))) > "$state"
}
step() { echo "== $1"; follow; }
step "nothing yet"
printf 'one\ntwo\n' >> "$log"
step "two lines"
step "nothing new"
printf 'three\nhalf' >> "$log"
step "one and a half"
printf ' done\n' >> "$log"
step "the rest"
printf 'grüße\n' >> "$log"
step "bytes, not characters"
printf 'fresh\n' > "$log"
step "rewritten"
cat "$state"
