set -o pipefail
(exit 3) | (exit 0); echo $?
(exit 3) | (exit 4) | true; echo $?
set +o pipefail
(exit 3) | true; echo $?
true | (exit 6); echo $?
