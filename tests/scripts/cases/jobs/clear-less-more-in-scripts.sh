printf 'one\ntwo\n' > f
TERM=xterm clear > c
[ -s c ] && head -c 1 c | od -An -tx1
{ TERM=xterm clear; cat f; } | tail -1
TERM=vt100 clear > /dev/null && echo vt100
less f; less < f | wc -l; cat f | more
more < f | head -1; PAGER=less; $PAGER f | cat -n
less -F f; LESS=-R less f | wc -l; export PAGER; cat f | "$PAGER"
