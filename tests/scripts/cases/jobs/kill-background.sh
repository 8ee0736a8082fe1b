# Whether a shell tells of a killed background job depends on when it notices.
exec 2>/dev/null
sleep 60 & pid=$!
kill -0 "$pid" && echo running
kill "$pid"; wait "$pid" 2>/dev/null; echo "TERM gives $?"
sleep 60 & kill -KILL $!; wait $! 2>/dev/null; echo "KILL gives $?"
sleep 60 & sleep 0.05; kill -s INT $!; kill -9 $!
wait $! 2>/dev/null; echo "INT is ignored in the background, so $?"
kill -0 "$pid" 2>/dev/null || echo "gone"; kill 99999999 2>/dev/null; echo "no such process $?"
