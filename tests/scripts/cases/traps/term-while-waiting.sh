# Whether a shell tells of a killed background job depends on when it notices.
exec 2>/dev/null
# A trap interrupts wait, which then gives 128 + the signal's number.
told=0
trap 'told=1' TERM
sleep 5 & sleeper=$!
# Again and again, so that one of them comes while the parent waits.
(while sleep 0.05; do kill -TERM $$ || exit; done) 2>/dev/null & nagger=$!
wait "$sleeper"; echo "wait gave $?, told: $told"
kill -KILL "$nagger" "$sleeper"; wait "$nagger" "$sleeper" 2>/dev/null; echo "then $?"
