TERM=xterm clear | od -An -c | head -1 | grep -c 033
[ -t 1 ] || echo "not a terminal"
TERM=xterm clear >/dev/null; echo $?
TERM=dumb clear >/dev/null 2>&1; echo "dumb ok"
