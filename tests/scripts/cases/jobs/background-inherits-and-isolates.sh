v=1; { v=2; echo "child $v"; } & wait; echo "parent $v"; cat & wait $!; echo "background stdin is empty: $?"
f() { sleep 0.02; echo "function in background"; }; f & wait; (trap 'echo "exit of child"' EXIT; :) & wait
cd_test() { cd /; }; mkdir here; cd here; cd_test & wait; basename "$PWD"
