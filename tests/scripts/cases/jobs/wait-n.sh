set -u; running=0
for c in 4 5 6; do (sleep "0.0$c"; exit "$c") & running=$((running + 1)); done
while ((running > 0)); do wait -n; s=$?; running=$((running - 1)); echo "finished"; sum=$((${sum-0} + s)); done
echo "sum of statuses $sum"; wait -n; echo "nothing left: $?"
