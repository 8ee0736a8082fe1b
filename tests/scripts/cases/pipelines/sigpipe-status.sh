set -o pipefail
yes | head -1 >/dev/null; echo "pipefail sees $?"
yes | true; echo "${PIPESTATUS[0]}"
seq 100000 | head -1 >/dev/null; echo "${PIPESTATUS[@]}"
printf 'short\n' | head -1; echo "${PIPESTATUS[@]}"
