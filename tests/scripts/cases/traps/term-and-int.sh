trap 'echo "got TERM"' TERM; trap 'echo "got INT"' INT; trap 'echo "got USR1"' USR1
kill -TERM $$; kill -INT $$; kill -USR1 $$; echo "still here"
trap '' TERM; kill -TERM $$; echo "ignored"; trap - TERM INT
(trap 'echo "child TERM"; exit 7' TERM; kill -TERM $BASHPID; echo never); echo $?
kill -TERM $$; echo never
