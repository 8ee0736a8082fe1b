#!/usr/bin/env bash
# Runs jobs with at most N at a time, collects their statuses and reports in the order of the list.
set -u
max=3
declare -A pid_of status_of
running=0
job() {
    case $1 in
        fail*) sleep 0.02; return 4 ;;
        quick*) : ;;
        *) sleep 0.03 ;;
    esac
    echo "output of $1" > "out.$1"
}
reap() {
    local pid name
    wait -n -p pid; local s=$?
    for name in "${!pid_of[@]}"; do
        if [ "${pid_of[$name]}" = "$pid" ]; then
            status_of[$name]=$s
            unset "pid_of[$name]"
        fi
    done
    running=$((running - 1))
}
names=(alpha fail-one quick-a beta quick-b fail-two gamma)
peak=0
for name in "${names[@]}"; do
    while ((running >= max)); do reap; done
    job "$name" &
    pid_of[$name]=$!
    running=$((running + 1))
    ((running > peak)) && peak=$running
done
while ((running > 0)); do reap; done
for name in "${names[@]}"; do
    printf '%-9s %d %s\n' "$name" "${status_of[$name]}" "$([ -e "out.$name" ] && cat "out.$name" || echo 'no output')"
done
echo "peak $peak, left ${#pid_of[@]}"
