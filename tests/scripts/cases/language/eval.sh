cmd='echo "eval  keeps" quotes'; eval "$cmd"; $cmd
for i in 1 2; do eval "var_$i=\$((i * 10))"; done; echo "$var_1 $var_2"
eval 'f() { echo defined; }'; f; eval false; echo $?; eval; echo $?
eval "echo one; echo two" | tac
eval 'if' 2>/dev/null; echo "syntax error gives $?"
