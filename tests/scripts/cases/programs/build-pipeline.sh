#!/usr/bin/env bash
# Stages with dependencies, output in a log each, a summary, and no stage after a failure.
set -u
mkdir logs
declare -A result
order=()
stage() {
    local name=$1 needs=$2
    shift 2
    order+=("$name")
    local n
    for n in $needs; do
        if [ "${result[$n]-}" != ok ]; then result[$name]=skipped; return; fi
    done
    if ("$@") > "logs/$name.log" 2>&1; then result[$name]=ok; else result[$name]="failed ($?)"; fi
}
fetch() { printf 'b\na\nc\n' > input; echo "got $(wc -l < input) lines"; }
compile() { set -e; sort input > output; [ -s output ]; echo compiled; }
lint() { echo "warning: line 2" >&2; grep -n 'a' output; }
check() { set -e; head -1 output | grep -qx a; cmp output <(printf 'a\nb\nc\n'); echo "tests passed"; }
slow() { timeout 0.1 sleep 10; }
package() { tar -czf app.tgz output && tar -tzf app.tgz; }
stage fetch '' fetch
stage compile fetch compile
stage lint compile lint
stage check compile check
stage slow check slow
stage package 'compile check' package
stage publish 'package slow' package
for s in "${order[@]}"; do printf '%-8s %s\n' "$s" "${result[$s]}"; done
for f in logs/*.log; do echo "--- ${f##*/}"; cat "$f"; done
failures=0
for s in "${order[@]}"; do [[ ${result[$s]} == failed* ]] && failures=$((failures + 1)); done
exit "$failures"
