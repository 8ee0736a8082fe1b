# Whether a shell tells of a killed background job depends on when it notices.
exec 2>/dev/null
bash -c 'trap "echo child cleanup; exit 3" TERM; echo ready; while :; do sleep 0.02; done' > log & pid=$!
until grep -q ready log 2>/dev/null; do sleep 0.01; done
kill -TERM "$pid"; wait "$pid"; echo "child exit $?"; cat log
