printf 'a\n\nb\n' > f; nl f | cat -A; nl -ba f
nl -w3 -s': ' f; nl -nrz -w4 f; nl -v10 -i5 -ba f
tac f | cat -A; tac -s, <<< 'a,b,c' | tr '\n' '|'; echo
rev <<< 'hello wörld'; rev f; printf 'x\ny' | tac; echo
tac nofile 2>/dev/null; echo $?; nl nofile 2>/dev/null; echo $?
rev nofile 2>/dev/null; echo $?
printf 'no newline' | rev; echo; tac f f | wc -l
nl -b p^b f; seq 3 | tac | rev | paste -s
