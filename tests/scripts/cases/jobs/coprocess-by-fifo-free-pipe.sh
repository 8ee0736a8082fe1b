exec 3> >(while read -r l; do echo "worker got $l"; done); pid=$!
echo job1 >&3; echo job2 >&3; exec 3>&-; wait "$pid"; echo "worker finished $?"
