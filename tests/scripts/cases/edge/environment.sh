export A='multi
line' B='sp  ace' C= D='eq=uals' E='uni☃'
sh -c 'printf "%s|" "$A" "$B" "$C" "$D" "$E"' ; echo
env | grep -c '^D='; printenv D; printenv NOPE; echo "$?"
printenv A B; env -u D printenv D; echo "$?"
A=tmp printenv A; echo "$A" | head -1; unset C
printenv C || echo unset
declare -x | grep -c 'D="eq=uals"'
env -i sh -c 'echo "${A-clean}"'; env -i A=1 printenv
sh -c 'A=child'; echo "$A" | wc -l; export -n B
sh -c 'echo "[$B]"'; F=1; sh -c 'echo "[$F]"'; set -a
G=auto; set +a; sh -c 'echo "[$G]"'; X=1 Y=$X; echo "$Y"
X=9 eval 'echo $X'; H=x true; echo "[${H-}]"
f() { echo "$I"; }; I=fun f; echo "[${I-}]"
env A=new sh -c 'echo $A'
[ "$HOME" = "$PWD" ] && echo 'home is here'
echo "$SHLVL" | grep -cE '^[0-9]+$'; echo "$TZ $LANG"
