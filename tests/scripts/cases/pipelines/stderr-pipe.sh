noisy() { echo out; echo err >&2; return 3; }
noisy |& sort; echo "${PIPESTATUS[0]}"
noisy 2>/dev/null | cat
{ noisy 2>&1 >&3 | sed 's/^/E:/'; } 3>/dev/null
noisy 2>&1 | grep -c .; x=$(noisy 2>&1 >/dev/null); echo "[$x]"
