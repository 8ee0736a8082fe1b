name=target; target=value; echo "${!name}"
declare -i n=5; n=n*2; echo "$n"; n+=3; echo "$n"
declare -r C=const; (C=other) 2>/dev/null; echo "readonly says $?"; echo "$C"
declare -u up=shout; declare -l low=QUIET; echo "$up $low"
prefix_one=1 prefix_two=2; echo "${!prefix_@}"
declare -x EXPORTED=yes; sh -c 'echo "$EXPORTED"'; export -n EXPORTED; sh -c 'echo "[$EXPORTED]"'
f() { declare -g made_global=here; declare stays=local; }; f; echo "$made_global [${stays-}]"
declare -p n name | sed 's/^/  /'
