for i in 1 2 3; do echo "Chapter $i"; seq "$i" "$((i + 2))"; done > book
csplit -s -z -f ch- -b '%d.txt' book '/^Chapter/' '{*}'
for f in ch-*.txt; do echo "$f: $(paste -sd' ' "$f")"; done
csplit -s -k book 5 9; wc -l xx* | awk '{print $1, $2}'
cat xx* | cmp - book && echo whole
csplit -s book '/nothing/' 2>/dev/null; echo "$?"
csplit -s book '%Chapter 3%'; head -1 xx00
