#!/usr/bin/env bash
# A worker that finishes its item when told to stop, and a supervisor that tells it.
# Whether a shell tells of a killed background job depends on when it notices.
exec 2> /dev/null
cat > worker.sh <<'EOF'
#!/usr/bin/env bash
stop=no
trap 'stop=yes; echo "worker: asked to stop"' TERM
trap 'echo "worker: bye"; rm -f worker.state' EXIT
n=0
while [ "$stop" = no ]; do
    n=$((n + 1))
    [ -e worker.state ] || echo ready > worker.state
    sleep 0.01
done
if [ "$n" -gt 0 ]; then echo "worker: finished its item"; fi
exit 0
EOF
bash worker.sh > worker.log &
pid=$!
until [ -e worker.state ]; do sleep 0.01; done
kill -0 "$pid" && echo "supervisor: worker is up"
kill -TERM "$pid"
wait "$pid"
echo "supervisor: worker ended with $?"
cat worker.log
[ -e worker.state ] || echo "supervisor: state is gone"

# One that will not listen is killed after a while.
bash -c 'trap "" TERM; echo up > stubborn.state; while :; do sleep 0.01; done' &
pid=$!
until [ -e stubborn.state ]; do sleep 0.01; done
kill -TERM "$pid"
sleep 0.05
if kill -0 "$pid" 2> /dev/null; then
    echo "supervisor: it ignores us"
    kill -KILL "$pid"
fi
wait "$pid" 2> /dev/null
echo "supervisor: stubborn one ended with $?"
