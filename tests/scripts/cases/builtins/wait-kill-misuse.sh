kill 2>/dev/null; echo $?; kill -NOSUCH $$ 2>/dev/null; echo $?
kill notapid 2>/dev/null; echo $?
wait notapid 2>/dev/null; echo $?; fg 2>/dev/null; echo $?
shift 99; echo $?; unset 1bad 2>/dev/null; echo $?
export 1x=2 2>/dev/null; echo $?; cd ''; echo $?
break 2>/dev/null; echo $?; local x 2>/dev/null; echo $?
