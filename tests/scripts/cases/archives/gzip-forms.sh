seq 1000 > f; cp f orig; gzip f; ls; gunzip f.gz
cmp f orig && echo same; gzip -k f; ls
gzip -t f.gz && echo valid; zcat f.gz | tail -1
gzip -dc f.gz | head -1
gzip < f | gunzip | cmp - orig && echo piped
gzip -c f > g.gz
gzip -l g.gz | awk 'NR == 2 {print $2, $4}'
gzip f 2>/dev/null < /dev/null; echo "exists $?"
gzip -f f; ls; gunzip -c f.gz | md5sum | cut -c1-8
echo notgz > n.gz; gunzip n.gz 2>/dev/null; echo "$?"
gzip nofile 2>/dev/null; echo "$?"
gzip -t n.gz 2>/dev/null; echo "$?"
printf 'a' | gzip > 1.gz; printf 'b' | gzip >> 1.gz
zcat 1.gz; echo
gzip -9 -c orig | wc -c | awk '{print ($1 < 2500)}'; head -c 100 f.gz > cut.gz
gunzip -c cut.gz 2>/dev/null | wc -l > /dev/null; echo "${PIPESTATUS[0]}"
: | gzip | zcat | wc -c; zcat < f.gz | wc -l
gzip -S .z -k orig; ls *.z; mkdir d; gzip d 2>/dev/null; echo "$?"
chmod 600 orig; touch -d @5000 orig; gzip orig; stat -c '%a %Y' orig.gz
gunzip orig.gz; stat -c '%a %Y' orig
