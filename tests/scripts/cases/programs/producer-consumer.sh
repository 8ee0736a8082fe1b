#!/usr/bin/env bash
# Two producers and one consumer over a pipe; the sum has to be complete whatever the order.
set -eu
produce() {
    local from=$1 to=$2 i
    for ((i = from; i <= to; i++)); do echo "$i"; done
}
consume() {
    local n sum=0 count=0
    while read -r n; do
        sum=$((sum + n))
        count=$((count + 1))
    done
    echo "consumed $count items, sum $sum"
}
{
    produce 1 200 &
    produce 201 400 &
    wait
} | consume

# The same through files, one per worker, each finishing at its own time.
mkdir queue results
for i in {1..9}; do echo $((i * 11)) > "queue/job$i"; done
worker() {
    local id=$1 job
    for job in queue/job*; do
        # Taking a job is a rename: only one worker can win it.
        mv "$job" "queue/taken.$id.${job##*/}" 2> /dev/null || continue
        awk '{print $1 * 2}' "queue/taken.$id.${job##*/}" > "results/${job##*/}"
    done
}
for id in 1 2 3; do worker "$id" & done
wait
ls results | wc -l
ls queue | grep -c '^taken'
cat results/* | sort -n | paste -sd' '
