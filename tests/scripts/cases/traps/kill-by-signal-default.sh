bash -c 'echo a; kill -INT $$; echo never'; echo $?
bash -c 'trap "echo bye" EXIT; kill -TERM $$; sleep 1; echo never'; echo $?
bash -c 'trap "echo bye; exit 0" TERM; kill $$; sleep 1; echo never'; echo $?
kill -l 15; kill -l TERM; kill -l 143
