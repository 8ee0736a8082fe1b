set -- a b c
while [ $# -gt 0 ]; do printf '%s ' "$1"; shift; done
echo $#; set -- -x y; echo "$1"
set -o | grep -E '^(errexit|nounset|pipefail)' | awk '{print $1, $2}'
set -eu; set +eu; shopt -o pipefail | awk '{print $2}'
set -x 2>/dev/null; { set +x; } 2>/dev/null
set -- "$@" new; echo "$# $*"; set -- $(echo p q)
echo "$2"; set --; echo "$#"
