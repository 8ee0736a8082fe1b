unset u; e=''; s=val
echo "${u-a}${u:-b}${e-c}${e:-d}${s-e}${s:-f}|${u+a}${u:+b}${e+c}${e:+d}${s+e}${s:+f}|"
echo "${u=x}${u}"; echo "${e:=y}${e}"; echo "${n1:-${n2:-nested}}" "${n1:-$(echo cmd)}" "${n1:-"a  b"}"
f() { local dir=${1:?no directory}; echo "$dir"; }; f d; (f) 2>/dev/null; echo "status $?"
echo "${1-no first}" "${@:-none}"; bash -c ': "${X?}"; echo never' 2>/dev/null; echo "status $?"
