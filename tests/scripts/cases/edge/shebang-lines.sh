printf '#!/bin/sh\necho sh "$@"\n' > a
printf '#!/usr/bin/env bash\necho ${BASH_VERSION:+bash} "$1"\n' > b
printf '#! /bin/sh -e\nfalse\necho never\n' > c
printf '#!/no/such/interpreter\n' > d
printf 'echo no shebang "$1"\n' > e
printf '#!/usr/bin/awk -f\nBEGIN {print "awk script"}\n' > f
printf '#!/bin/sed -f\ns/a/b/\n' > g
printf '#!/bin/cat\ncontent\n' > h
printf '\177ELF garbage' > i; : > j
printf '#!/bin/sh\r\necho crlf\n' > k
chmod +x a b c d e f g h i j
./a x 'y z'; ./b arg; ./c; echo "c $?"; ./d 2>/dev/null; echo "d $?"
./e arg; ./f; echo aaa | ./g; ./h; ./i 2>/dev/null; echo "i $?"
./j; echo "j $?"; ./k 2>/dev/null; echo "k $?"
PATH=.:$PATH; a on-path; env ./a via-env
printf './a nested\n' > l; chmod +x l; ./l
find . -name a -exec {} from-find \;; echo x | xargs ./a
timeout 5 ./a timed; nice ./a niced
sh -c './a "$@"' _ p q; (exec ./a execed)
./nothing 2>/dev/null; echo "$?"; ln -s a s; ./s link
