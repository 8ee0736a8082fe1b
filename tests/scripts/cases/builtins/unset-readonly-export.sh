x=1; unset x; echo "${x-gone}"; f() { :; }; unset -f f
type f 2>/dev/null || echo "no f"; readonly R=1
(unset R) 2>/dev/null; echo $?
bash -c 'readonly A=1; A=2; echo never' 2>/dev/null; echo $?
export E=1; export -p | grep -c ' E='; unset E
sh -c 'echo ${E-no}'; a=1 b=2 eval 'echo $a$b'
export -f f 2>/dev/null; echo $?; g() { echo exported; }
export -f g; bash -c g
