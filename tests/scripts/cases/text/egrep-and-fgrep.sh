printf 'a.b\naxb\nfoo|bar\n(x)\n' > f
egrep 'a.b|x\)' f 2>/dev/null; fgrep 'a.b' f 2>/dev/null
fgrep '|' f 2>/dev/null
egrep -v '^a' f 2>/dev/null | wc -l
printf 'a.b\n(x)\n' > pats; fgrep -f pats f 2>/dev/null
egrep -o '[a-z]{3}' f 2>/dev/null
egrep zzz f 2>/dev/null; echo "$?"
fgrep -c . f 2>/dev/null
