( while :; do :; done ) & pid=$!
sleep 0.05; kill "$pid"; wait "$pid" 2>/dev/null; echo "spinner ended with $?"
timeout 0.1 sh -c 'while :; do :; done'; echo "timeout says $?"
timeout -s KILL 0.1 sh -c 'while :; do :; done'; echo "killed by timeout: $?"
