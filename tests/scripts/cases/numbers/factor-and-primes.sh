factor 12 97 1 1001 1000000007; factor 0
echo 360 42 | factor; factor 18446744073709551615
factor 65536; factor x 2>/dev/null; echo "$?"
factor < /dev/null
seq 2 30 | factor | awk 'NF == 2 {print $2}' | xargs
factor $((2**31 - 1)); factor 1000003 | cut -d: -f2
