bash -c 'set -euo pipefail; trap "echo cleanup" EXIT; echo a | grep b | cat; echo never'; echo "code $?"
