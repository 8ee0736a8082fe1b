{ echo one >&3; echo two; } 3>&1 | sort; exec 7>f; exec 8>&7-; echo moved >&8; exec 8>&-; cat f
f() { echo "out"; echo "err" >&2; }; { f 2>&1 1>&3 3>&- | sed 's/^/err: /'; } 3>&1 | sort
cat <&0 < f; cat 0< f; n=2; echo to-stderr 1>&$n 2>/dev/null; echo $?
