warn() { echo "warning: $1" >&2; }
work() { echo "result 1"; warn "slow"; echo "result 2"; warn "old"; }
work |& grep -c .
work 2>&1 >/dev/null | sed 's/warning/W/'
{ work 2>&3 | sed 's/result/R/'; } 3>err; cat err
work 2> >(cat > e2) | wc -l; set -o pipefail
{ work; false; } |& tail -1; echo "$?"
work |& sort | uniq -c | awk '{print $1, $2}'
