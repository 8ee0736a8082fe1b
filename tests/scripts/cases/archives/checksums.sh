printf 'one\n' > a; printf 'two\n' > b; md5sum a b
sha1sum a; sha256sum a b > sums; sha256sum -c sums
echo changed > b; sha256sum -c sums 2>/dev/null; echo "$?"
sha256sum --quiet -c sums 2>/dev/null
sha256sum --status -c sums; echo "$?"; md5sum < a
md5sum nofile 2>/dev/null; echo "$?"
sha512sum a | cut -c1-32; b2sum a | cut -c1-32
sha224sum a | cut -d' ' -f1; : > e; sha256sum e
sha1sum --tag a; printf 'x' > 'sp ace'
md5sum 'sp ace' > m; md5sum -c m; cksum a; sum a
sha256sum -c nofile 2>/dev/null; echo "$?"
echo 'garbage line' | md5sum -c 2>/dev/null; echo "$?"
rm a; sha256sum --ignore-missing -c sums 2>/dev/null; echo "$?"
md5sum -b e; sha384sum e | cut -c1-16
md5sum -z e | od -An -c | tail -1; b3sum e | cut -c1-16
