# Whether a shell tells of a killed background job depends on when it notices.
exec 2>/dev/null
sleep 30 & /bin/kill -TERM $!; wait $! 2>/dev/null; echo $?
sleep 30 & kill -9 $!; wait $! 2>/dev/null; echo $?
sleep 30 & env kill -s HUP $!; wait $! 2>/dev/null; echo $?
kill -l | tr -s ' \t' '\n' | grep -c SIGTERM
kill -0 $$ && echo self
