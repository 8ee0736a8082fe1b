trap 'echo "exit 1"' EXIT
f() { trap 'echo "replaced"' EXIT; }
f; (trap 'echo "subshell exit"' EXIT; echo in); echo main; trap -p EXIT
