lock() { mkdir lockdir 2>/dev/null && trap 'rmdir lockdir; echo released' EXIT; }
(lock && { echo first has it; (lock || echo "second must wait"); }); [ -d lockdir ] || echo "lock gone"
lock && echo "third has it"; exit 0
