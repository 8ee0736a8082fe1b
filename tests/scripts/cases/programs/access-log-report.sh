#!/usr/bin/env bash
# A report over a web server's log: status codes, slowest paths, errors per client.
set -euo pipefail

cat > access.log <<'EOF'
10.0.0.1 - - [10/Mar/2024:10:00:01 +0000] "GET / HTTP/1.1" 200 5120 0.012
10.0.0.2 - - [10/Mar/2024:10:00:02 +0000] "GET /api/users HTTP/1.1" 200 812 0.150
10.0.0.1 - - [10/Mar/2024:10:00:05 +0000] "POST /api/login HTTP/1.1" 401 64 0.090
10.0.0.3 - - [10/Mar/2024:10:01:00 +0000] "GET /missing HTTP/1.1" 404 12 0.001
10.0.0.1 - - [10/Mar/2024:10:01:30 +0000] "POST /api/login HTTP/1.1" 200 128 0.110
10.0.0.2 - - [10/Mar/2024:10:02:00 +0000] "GET /api/users HTTP/1.1" 500 0 2.500
10.0.0.3 - - [10/Mar/2024:10:02:30 +0000] "GET / HTTP/1.1" 200 5120 0.010
broken line that has to be skipped
EOF

log=access.log
valid() { grep -E '^[0-9.]+ .* "[A-Z]+ [^"]+" [0-9]{3} [0-9]+ [0-9.]+$' "$log"; }

echo "requests: $(valid | wc -l), skipped: $(($(wc -l < "$log") - $(valid | wc -l)))"
echo "by status:"
valid | awk '{print $(NF-2)}' | sort | uniq -c | sort -k1,1nr -k2 | awk '{printf "  %s %d\n", $2, $1}'
echo "paths by mean time:"
valid | awk '{path = $7; t[path] += $NF; n[path]++}
    END {for (p in t) printf "%.3f %s (%d)\n", t[p] / n[p], p, n[p]}' | sort -rn | head -3 | sed 's/^/  /'
echo "bytes: $(valid | awk '{s += $(NF-1)} END {print s}')"
errors=$(valid | awk '$(NF-2) >= 400 {print $1}' | sort | uniq -c | sort -k1,1nr -k2)
while read -r count client; do
    echo "errors from $client: $count"
done <<< "$errors"
minute() { valid | sed -E 's/.*:([0-9]{2}:[0-9]{2}):[0-9]{2} .*/\1/'; }
echo "busiest minute: $(minute | sort | uniq -c | sort -k1,1nr -k2 | head -1 | awk '{print $2 " with " $1}')"
