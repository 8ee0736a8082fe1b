for t in ls cat grep sed awk; do which "$t" >/dev/null && echo "$t ok"; done; which no-such-tool; echo $?
