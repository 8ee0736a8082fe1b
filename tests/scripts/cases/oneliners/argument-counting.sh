set -- one "two words" 'three'; echo $#
for a; do echo "$a"; done; printf '%s\n' "$@" | wc -l
echo "${@: -1}"
