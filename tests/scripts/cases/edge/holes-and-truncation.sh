truncate -s 1M hole; stat -c %s hole; od -An -tx1 -N4 -j500000 hole
printf end >> hole; tail -c 5 hole | od -An -c; wc -c < hole
dd if=/dev/zero of=seeked bs=1 count=1 seek=99999 2>/dev/null; stat -c %s seeked
printf x | dd of=seeked bs=1 seek=10 conv=notrunc 2>/dev/null; od -An -c -j9 -N3 seeked
cp hole copy; cmp hole copy && echo copied
truncate -s 5 hole; stat -c %s hole; truncate -s -3 hole; stat -c %s hole
truncate -s '>10' hole; stat -c %s hole
truncate -s '<4' hole; stat -c %s hole; exec 3> w
printf abcdef >&3; truncate -s 2 w; printf gh >&3
exec 3>&-; od -An -c w; exec 4>> app; printf 12345 >&4
: > app; printf 67 >&4; cat app; echo
