seq 1 300000 > big; wc -l < big; wc -c < big; tail -1 big; head -c 20 big | tail -1
sed -n '150000p' big; grep -c '99' big
sort -rn big | head -1
awk '{s += $1} END {printf "%d\n", s}' big; md5sum < big
cut -c1 big | sort | uniq -c | awk '{print $2 ":" $1}' | paste -sd' '
tac big | head -1; split -n l/4 big p; cat p* | cmp - big && echo parts
gzip -c big | gunzip | cmp - big && echo gzip
shuf big | sort -n | cmp - big && echo shuffled
tr -d '\n' < big | wc -c; head -c 5M /dev/zero > zeros; stat -c %s zeros
cmp -n 1000000 zeros /dev/zero && echo zeros
truncate -s 20M sparse; stat -c %s sparse; tail -c 1 sparse | od -An -tx1
cp sparse s2; stat -c %s s2; paste big big | tail -1
join big big 2>/dev/null | wc -l | awk '{print ($1 > 0)}'
diff big <(sed '200000s/.*/x/' big)
comm -12 <(sort big) <(sort big) | wc -l
