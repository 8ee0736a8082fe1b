printf 'a 10\nb 20\nc 12\n' | awk '{s+=$2} END {print s, s/NR}'
