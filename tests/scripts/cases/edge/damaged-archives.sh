seq 2000 > f; tar cf t.tar f; gzip -k t.tar; zip -q z.zip f
head -c 2000 t.tar > cut.tar; tar tf cut.tar >/dev/null 2>&1; echo "cut tar $?"
head -c 1000 t.tar.gz > cut.tgz
tar xzf cut.tgz 2>/dev/null; echo "cut tgz $?"
gzip -t cut.tgz 2>/dev/null; echo "gzip -t $?"
{ head -c 40 t.tar.gz; printf 'XXXX'; tail -c +45 t.tar.gz; } > bad.gz
gunzip -c bad.gz >/dev/null 2>&1; echo "flipped gz $?"
head -c 1000 z.zip > cut.zip
unzip -tq cut.zip >/dev/null 2>&1; echo "cut zip $?"
{ cat t.tar.gz; echo junk; } > tail.gz
gunzip -c tail.gz 2>/dev/null | cmp - t.tar && echo "content before trailing junk"
: > e; tar tf e 2>/dev/null; echo "empty tar $?"
gunzip < e 2>/dev/null; echo "empty gz $?"
unzip -l e >/dev/null 2>&1; echo "empty zip $?"; head -c 10240 /dev/zero | tar t; echo "zeros $?"
tar tzf t.tar 2>/dev/null; echo "not gzipped $?"
gunzip -c f 2>/dev/null; echo "text $?"
