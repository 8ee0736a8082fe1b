printf '%s\n' 'INFO start' 'WARN disk 91%' 'ERROR code=5 [db]' 'DEBUG x' > log
egrep '^(WARN|ERROR)' log 2>/dev/null
egrep -c 'INFO|DEBUG' log 2>/dev/null
fgrep '[db]' log 2>/dev/null
fgrep -n '91%' log 2>/dev/null
egrep -o 'code=[0-9]+' log 2>/dev/null | cut -d= -f2
