#!/usr/bin/env bash
# A stack trace on failure, from an ERR trap with FUNCNAME and BASH_LINENO.
cat > app.sh <<'EOF'
set -eE -o pipefail
trace() {
    local status=$? i
    echo "error $status in: $BASH_COMMAND"
    for ((i = 1; i < ${#FUNCNAME[@]}; i++)); do
        echo "  at ${FUNCNAME[i]} (${BASH_SOURCE[i]##*/}:${BASH_LINENO[i - 1]})"
    done
}
trap trace ERR
inner() {
    [ "$1" != bad ]
    echo "inner is fine with $1"
}
middle() { inner "$1"; }
outer() {
    local x
    for x in "$@"; do
        middle "$x"
    done
}
outer "$@"
echo "all fine"
EOF
bash app.sh good better; echo "-> $?"
bash app.sh good bad never; echo "-> $?"
bash app.sh; echo "-> $?"
cat > pipes.sh <<'EOF'
set -eE -o pipefail
trap 'echo "line $LINENO: status $?"' ERR
echo data | grep -c data
value=$(echo x | grep y | cat)
echo "not reached with $value"
EOF
bash pipes.sh; echo "-> $?"
