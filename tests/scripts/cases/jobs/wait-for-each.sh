work() { sleep "0.0$1"; return "$1"; }
pids=(); for i in 3 1 2; do work "$i" & pids+=($!); done
for p in "${pids[@]}"; do wait "$p"; echo "status $?"; done
