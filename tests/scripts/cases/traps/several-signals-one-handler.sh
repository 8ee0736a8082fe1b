handler() { echo "caught $1"; count=$((${count:-0} + 1)); }
for s in HUP INT TERM USR1 USR2; do trap "handler $s" "$s"; done
for s in USR2 HUP TERM INT USR1; do kill -s "$s" $$; done
echo "$count signals"; trap | awk '{print $NF}' | sort | paste -sd' '
trap - HUP INT TERM USR1 USR2; trap | wc -l; trap 'echo "leaving"' EXIT HUP; kill -HUP $$; echo "after HUP"
