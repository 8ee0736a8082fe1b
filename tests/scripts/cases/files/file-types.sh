printf '#!/bin/bash\necho\n' > s.sh
printf '{"a": 1}\n' > j.json
printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\2\0\0\0' > p.png
printf 'PK\x03\x04' > z; echo hi | gzip -n > g.gz
printf '\x7fELF\x02\x01\x01\x00' > e
printf 'caf\xc3\xa9\n' > u.txt
printf '\x00\x01\x02\xff' > b
printf 'a\r\nb\r\n' > crlf; ln -s s.sh l
tar cf t.tar s.sh; printf '%%PDF-1.4\n' > d.pdf
printf 'GIF89a' > g.gif
for f in s.sh u.txt b crlf; do file -b "$f"; done
file l; file -b --mime-type s.sh j.json g.gz d.pdf
file g.gz | grep -c 'gzip compressed'
file -b p.png | grep -c PNG; file -b e | grep -c ELF
file -b t.tar | grep -c 'tar archive'
file nofile | grep -c 'cannot open'
file -b g.gif | grep -c GIF; echo text | file -b -
file -i u.txt; file -L -b l
