seq 5000 > n; gzip -k n
[ "$(stat -c %s n.gz)" -lt "$(stat -c %s n)" ] && echo smaller
zcat n.gz | cmp - n && echo same
gunzip -c n.gz | tail -1
