: | cat | wc -c; true | sort; printf '' | grep -c x; echo $?
: | tail -1; : | awk 'END {print NR}'; : | sed 's/x/y/'
: | xargs echo none; : | xargs -r echo never
: | head -c 10 | od -c
