printf 'abc' > f; b2sum f; b2sum -l 256 f; b2sum f > s
b2sum -c s; cksum f; cksum < f; cksum -a sha256 f
cksum -a md5 --untagged f; sum -s f; printf 'x' >> f
b2sum -c s 2>/dev/null; echo "$?"
b2sum --tag f | cut -c1-20; cksum -a crc f
