grep -o l <<< 'hello world' | wc -l
tr -cd o <<< 'hello world' | wc -c
fold -w1 <<< mississippi | sort | uniq -c | sort -k1,1nr -k2 | awk '{printf "%s%s ", $2, $1} END {print ""}'
