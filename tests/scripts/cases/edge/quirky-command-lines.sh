bash -c ';;' 2>/dev/null; echo "$?"
bash -c 'echo a ;; echo b' 2>/dev/null; echo "$?"
bash -c '| cat' 2>/dev/null; echo "$?"
bash -c 'echo ok &' ; wait
bash -c '() { :; }' 2>/dev/null; echo "$?"
bash -c '{ echo braces }' 2>/dev/null; echo "$?"
bash -c 'if then fi' 2>/dev/null; echo "$?"
bash -c 'echo $(' 2>/dev/null; echo "$?"
bash -c 'echo ${bad substitution}' 2>/dev/null; echo "$?"
bash -c 'for x in; do echo never; done; echo "empty list $?"'
bash -c 'case x in esac; echo "empty case $?"'
bash -c '
# only a comment
'; echo "$?"
bash -c 'a=1; b=$a$a; echo $b;'
bash -c $'echo one\n\n\necho two\n'
bash -c 'echo a&&echo b||echo c;echo d|cat'
bash -c 'x=5;echo $x$((x+1))${x}y"$x"'
bash -c '>made; ls'
bash -c '>a 2>b <made echo spread out'
bash -c '"" arg' 2>/dev/null; echo "$?"
bash -c '$empty echo expands to nothing'
bash -c '! ! true; echo $?'
bash -c 'function f { echo f; }; f; f() ( echo subshell body ); f'
