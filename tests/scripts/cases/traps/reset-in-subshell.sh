trap 'echo parent trap' USR1; (kill -USR1 $BASHPID; echo never) ; echo "subshell $?"
trap '' USR2
(kill -USR2 $BASHPID; echo "ignored is inherited")
bash -c 'kill -USR2 $$; echo "also by programs"'
trap; trap - USR1; trap 'echo x' NOSUCH 2>/dev/null; echo "bad name $?"
