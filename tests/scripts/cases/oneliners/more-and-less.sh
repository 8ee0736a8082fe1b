seq 3 > f; more < f; less f; less < f
seq 2 | more; cat f | less -R | tail -1
less nofile >/dev/null 2>&1; less +2 -N f > /dev/null; echo $?
