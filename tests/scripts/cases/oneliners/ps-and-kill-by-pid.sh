# Whether a shell tells of a killed background job depends on when it notices.
exec 2>/dev/null
sleep 30 & p=$!; ps -p $p > /dev/null && echo listed
ps | awk 'NR == 1 {print $1}'; kill $p
wait $p 2>/dev/null; echo $?
ps -p $p > /dev/null || echo gone
ps -e | awk -v p=$$ '$1 == p {print "self"}'
