# Whether a shell tells of a killed background job depends on when it notices.
exec 2>/dev/null
sleep 0.2 & jobs -p | wc -l
[ "$(jobs -p)" = "$!" ] && echo "pid listed"; kill $!
wait 2>/dev/null; jobs | wc -l
wait; echo "nothing to wait for: $?"
wait 99999999 2>/dev/null; echo "not a child: $?"
{ sleep 0.01; } & disown; echo $?
