set -- a b c d; echo "$# $1 ${4} ${@:2:2} ${*: -1}"; shift 2; echo "$# $1"; shift 5; echo "shift too far: $?"; echo $#
set -- {1..12}; echo "${10}$11 ${#}"; set --; echo "$#"
echo "${0##*/}"; [[ $$ -gt 0 && -n $BASHPID ]] && echo pid; echo "$-" | grep -c h; echo "${_}" >/dev/null
f() { echo "${FUNCNAME[*]} line ${BASH_LINENO[0]}"; }; f
g() { f; }; g
echo "$LINENO"; (echo "$BASH_SUBSHELL"); echo "${BASH_VERSINFO[0]}" | grep -cE '^[0-9]+$'
