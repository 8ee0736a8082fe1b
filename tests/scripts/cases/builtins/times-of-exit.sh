(exit); echo $?; (exit 256); echo $?; (exit -1); echo $?
(false; exit); echo $?; bash -c 'exit abc' 2>/dev/null; echo $?
f() { return -1; }; f; echo $?
bash -c 'return 3' 2>/dev/null; echo $?
logout 2>/dev/null; echo $?
