#!/usr/bin/env bash
# Rotates a log when it is too large: app.log -> app.log.1 -> app.log.2.gz ...
set -eu
log=app.log max=200 keep=3
rotate() {
    local i
    rm -f "$log.$keep.gz"
    for ((i = keep - 1; i >= 2; i--)); do
        if [ -f "$log.$i.gz" ]; then mv "$log.$i.gz" "$log.$((i + 1)).gz"; fi
    done
    if [ -f "$log.1" ]; then gzip -c "$log.1" > "$log.2.gz"; rm "$log.1"; fi
    mv "$log" "$log.1"
    : > "$log"
}
write() {
    printf '%s\n' "$*" >> "$log"
    if (($(stat -c %s "$log") > max)); then rotate; echo "rotated after: $*"; fi
}
for ((n = 1; n <= 60; n++)); do write "message number $n of this log"; done
ls "$log"*
wc -l < "$log"
head -1 "$log.1"
zcat "$log.2.gz" | head -1
for f in "$log".*.gz; do gzip -t "$f"; done
total=$( { zcat "$log.3.gz" "$log.2.gz"; cat "$log.1" "$log"; } | wc -l)
echo "$total lines are left"
{ zcat "$log.3.gz" "$log.2.gz"; cat "$log.1" "$log"; } | awk '{print $3}' | sort -n | awk 'NR > 1 && $1 != last + 1 {print "gap before " $1} {last = $1}'
