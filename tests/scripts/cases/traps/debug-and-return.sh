f() { echo body; }; trap 'echo "return trap"' RETURN; f; set -T; f; trap - RETURN; set +T
n=0; trap 'n=$((n + 1))' DEBUG; :; :; trap - DEBUG; echo "debug ran $n"
