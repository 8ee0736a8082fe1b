err() { echo "E" >&2; echo "O"; }
err 2>e >o; cat e o; err &>b; sort b; err >>b 2>&1; wc -l < b; err &>>b; wc -l < b
err 2>&1 >/dev/null | sed 's/^/only /'; err 2>&- ; (err 2>&1 1>&3 | tr E e) 3>&1 | sort
err |& sort
