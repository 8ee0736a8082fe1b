echo "max: $(seq 20 | sort -n | tail -"$(echo 1)") lines: $(cat <(seq 3) <(seq 2) | wc -l)"
result=$(printf '%s\n' "$(echo b | tr b B)" "$(echo a | tr a A)" | sort | paste -sd' '); echo "$result"
wc -l <<< "$(seq 4 | grep -v 2)"; for x in $(seq 10 | grep -E '[258]'); do printf '%s.' "$x"; done; echo
