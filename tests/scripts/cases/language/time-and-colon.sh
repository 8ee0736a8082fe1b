: anything goes here "$(echo side effect >&2)" 2>/dev/null; echo $?
: > created; ls; : ${x:=assigned}; echo "$x"
{ time true; } 2>timing; grep -c real timing
while :; do break; done; echo "$?"
