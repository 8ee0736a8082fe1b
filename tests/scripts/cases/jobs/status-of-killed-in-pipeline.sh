sh -c 'kill -TERM $$' | cat; echo "${PIPESTATUS[0]}"
(kill -KILL $BASHPID); echo $?; bash -c 'kill -HUP $$'; echo $?
sh -c 'kill -USR1 $$'; echo $?
