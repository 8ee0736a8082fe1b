seq 10 > n; dd if=n bs=1 count=4 2>/dev/null
dd if=n of=o bs=2 skip=1 count=2 2>/dev/null; od -An -c o
printf XX | dd of=n bs=1 seek=2 conv=notrunc 2>/dev/null; head -3 n
dd if=nofile 2>/dev/null; echo "$?"
echo up | dd conv=ucase 2>/dev/null
install -m 750 n inst; stat -c %a inst; install -d x/y/z; ls x
mktemp -d tmpd.XXXX | grep -cE '^tmpd\.[A-Za-z0-9]{4}$'
[ -f "$(mktemp ./t.XXXXXX)" ] && echo made
