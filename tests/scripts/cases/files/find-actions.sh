mkdir -p s/t; printf 'a\n' > s/x.c; printf 'b\nc\n' > s/t/y.c; touch s/z.h
find s -name '*.c' -exec wc -l {} \; | sort -k2
find s -name '*.c' -exec cat {} + | sort
find s -type f -printf '%f %s %d %P\n' | sort
find s -name '*.c' -print0 | sort -z | xargs -0 -n1 basename
find s -name '*.h' -delete -print
find s -type f -exec sh -c 'for f; do echo "${f##*/}"; done' sh {} + | sort
find s -name '*.c' -quit
find s -name 'x.c' -ok echo {} \; < /dev/null 2>/dev/null
find s -exec false \;; echo "$?"
find s -name '*.c' -exec test -s {} \; -print | sort
find s -depth | tail -1
find s -type f -exec grep -q b {} \; -print
find s -name x.c -execdir echo {} \;
find s -printf '%y %m %p\n' | sort -k3
find s -name '*.c' -exec mv {} {}.bak \;
find s -type f | sort; find s -type f -fprint list
sort list; find s -ls | awk '{print $NF}' | sort
find . -name t -type d -exec rmdir {} \; 2>/dev/null; echo "$?"
find s s/t -maxdepth 0; find -name 'x*'
find s -true -name t -a -print -o -false
find s -badoption 2>/dev/null; echo "$?"
