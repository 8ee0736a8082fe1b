echo 'Hello World' | tr a-z A-Z; echo hello | tr -d l
echo 'aabbcc' | tr -s abc; echo 'a  b   c' | tr -s ' '
echo 'a1b2' | tr -d '[:digit:]'
echo 'a1b2!' | tr -cd '[:alnum:]\n'
echo abc | tr abc xy; echo 'a-b_c' | tr -- -_ '  '
printf 'a\nb\n' | tr '\n' ','; echo
echo 'path/to' | tr / '\\'; echo hello | tr 'a-y' 'b-z'
echo 'x y' | tr '[:space:]' '\n'
echo 'Mixed' | tr '[:upper:][:lower:]' '[:lower:][:upper:]'
printf '\0a\0' | tr '\0' '0'; echo
echo aXbX | tr -c 'a-z\n' '.'; echo abc | tr -t abc xy
echo 'uryyb' | tr a-z n-za-m; tr 2>/dev/null; echo $?
tr a </dev/null 2>/dev/null; echo $?
printf '\303\251' | tr -d '\200-\377' | wc -c
echo aabb | tr -ds a b; echo 12345 | tr 1-3 '[x*]'
