rest() { shift; echo "$*"; }; rest a b c
last() { echo "${!#} ${@: -1} ${@:$#}"; }; last x y z
rev() { local i; for ((i = $#; i > 0; i--)); do printf '%s ' "${!i}"; done; echo; }; rev 1 2 3
kv() { for p; do echo "${p%%=*} -> ${p#*=}"; done; }; kv a=1 b=c=d e
