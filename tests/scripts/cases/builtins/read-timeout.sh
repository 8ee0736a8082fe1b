read -r -t 0.05 x < <(sleep 1 2>/dev/null); echo "timed out: $(($? > 128))"
read -r -t 1 y <<< quick; echo "$? $y"
read -r -t 0 < /dev/null; echo "$?"
