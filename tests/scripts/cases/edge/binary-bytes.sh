for i in {0..255}; do printf "\\x$(printf %x "$i")"; done > all
wc -c < all; od -An -tx1 all | tail -1; md5sum < all; cat all | cmp - all && echo cat
tr -d '\000-\177' < all | wc -c
tr '\200-\377' '\000-\177' < all | cmp -s - all || echo translated
head -c 10 all | xxd -p; tail -c 3 all | xxd -p
sort all | wc -c
rev all 2>/dev/null | wc -c > /dev/null
base64 < all | base64 -d | cmp - all && echo base64
gzip < all | gunzip | cmp - all && echo gzip; cp all b
cmp all b && echo cp
xxd all | xxd -r | cmp - all && echo xxd
tee c < all > d; cmp c d && echo tee; split -b 100 all s; cat s* | cmp - all && echo split
tac all | wc -c; cut -b1 all | wc -l
x=$(tr -d '\0' < all | wc -c); echo "$x"; grep -c . all
grep a all > /dev/null && echo 'binary matches'
sed -n '$=' all
tar c all 2>/dev/null | tar xO | cmp - all && echo tar
dd if=all bs=16 skip=15 2>/dev/null | xxd -p
fold -b -w 64 all | wc -c
