sh <<'EOF'
x=5
while [ "$x" -gt 0 ]; do printf '%s ' "$x"; x=$((x - 1)); done; echo
f() { echo "$1-${2:-none}"; }
f a; f a b
case $(uname) in Linux) echo penguin ;; esac
set -- 1 2 3; shift; echo "$*"
trap 'echo bye' EXIT
exit 3
EOF
echo $?
