show() { echo "$# args"; for a in "$@"; do echo "<$a>"; done; }
show; show one "two words" ''
pass_on() { show "$@"; }
pass_on a 'b  c' '*'
star() { show "$*"; show $*; }
star x 'y z'
function alternative { echo "name: ${FUNCNAME[0]}"; return 9; }
alternative; echo "returned $?"
