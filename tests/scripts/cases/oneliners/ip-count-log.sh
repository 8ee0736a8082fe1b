printf '10.0.0.1 GET /\n10.0.0.2 GET /a\n10.0.0.1 POST /b\n' | awk '{c[$1]++} END {for (i in c) print c[i], i}' | sort -rn
