v='a  b'; echo $v; echo "$v"; echo '$v'; echo \$v; echo "\$v \\ \" \` \x"
echo 'it'\''s' "it's" $'tab\there' $'\x41\u00e9\101' $'q\'q'
echo "a
b" a\
b
printf '[%s]' "" '' $empty "$empty"; echo
echo "$(echo "nested "quotes" $(echo "deep")")"
echo a"b"'c'$'d'\e "$((1 + 1))" '$((1+1))' "${v/a/"x y"}"
echo ~+ >/dev/null; echo "~" '~' \~; echo '#not' a#b \#c # comment
