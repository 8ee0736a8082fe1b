line='2024-05-17 ERROR [db] timeout after 30s'
if [[ $line =~ ^([0-9]{4})-([0-9]{2})-([0-9]{2})\ ([A-Z]+)\ \[([a-z]+)\]\ (.*)$ ]]; then
    echo "${#BASH_REMATCH[@]} groups"; printf '<%s>\n' "${BASH_REMATCH[@]:1}"
fi
re='^[[:alpha:]_][[:alnum:]_]*$'
for w in good _x 9bad a-b; do [[ $w =~ $re ]] && echo "$w name" || echo "$w no"; done
[[ "a.c" =~ a\.c ]] && echo dot; [[ abc =~ "a.c" ]] || echo "quoted is literal"
[[ foobar =~ o+ ]]; echo "${BASH_REMATCH[0]}"
[[ x =~ (y)? ]]; echo "$? [${BASH_REMATCH[1]}]"
