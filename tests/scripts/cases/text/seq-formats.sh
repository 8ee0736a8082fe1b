seq -s, 5; seq -w 1 10 | head -1
seq -f '%03g' 3 | xargs; seq -f 'file%g.txt' 2
seq 1.5 0.5 3 | xargs; seq 10 -3 0 | xargs
seq 5 1 | wc -l; seq -5 -3 | xargs; seq 0 | wc -l
seq 1 0.25 2 | tail -1; seq 999998 1000001 | xargs
seq -f '%.2f' 1 2 | xargs; seq x 2>/dev/null; echo $?
seq 2>/dev/null; echo $?; seq 1 0 5 2>/dev/null; echo $?
seq 3 3; seq 1e1 12 | xargs; seq -w -2 2 2 | xargs
seq 100000 | tail -1
seq 18446744073709551615 18446744073709551617 | tail -1
