x=1; (x=2; cd /; echo "in $x"); echo "out $x"
mkdir d; (cd d && touch inside); ls
(exit 4); echo $?
( (exit 5); echo "inner $?" ); echo "outer $?"
{ x=3; }; echo "group $x"
echo a | { read -r v; echo "piped $v"; }; echo "${v-unset}"
