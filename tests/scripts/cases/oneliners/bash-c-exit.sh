bash -c 'exit 3'; echo $?; sh -c 'kill -TERM $$'; echo $?
