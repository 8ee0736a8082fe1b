for i in {1..60}; do true & done; wait; echo "sixty came and went"
pids=(); for i in {1..20}; do (exit $((i % 7))) & pids+=($!); done
declare -A n; for p in "${pids[@]}"; do wait "$p"; s=$?; n[$s]=$((${n[$s]:-0} + 1)); done
for s in "${!n[@]}"; do echo "$s: ${n[$s]}"; done | sort
printf '%s\n' "${pids[@]}" | sort -u | wc -l
seq 40 | xargs -P 8 -n 1 true; echo "$?"
for i in {1..100}; do /bin/true; done
echo "hundred in a row"
r() { (($1 == 0)) && echo bottom || (r $(($1 - 1))); }
r 25
x=$(for i in {1..50}; do echo "$(echo "$i")"; done | tail -1)
echo "$x"
