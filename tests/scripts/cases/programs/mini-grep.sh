#!/usr/bin/env bash
# A grep of our own in bash, compared with the real one over many calls.
cat > mygrep.sh <<'EOF'
invert=no number=no count=no ignore=no
while getopts 'vnci' o; do
    case $o in v) invert=yes ;; n) number=yes ;; c) count=yes ;; i) ignore=yes ;; *) exit 2 ;; esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || exit 2
pattern=$1
shift
[ "$ignore" = yes ] && shopt -s nocasematch
[ $# -eq 0 ] && set -- -
matched=no error=no many=no
(($# > 1)) && many=yes
for file in "$@"; do
    if [ "$file" = - ]; then exec 4<&0; elif [ -r "$file" ] && [ ! -d "$file" ]; then exec 4< "$file"; else echo "mygrep: $file: cannot read" >&2; error=yes; continue; fi
    n=0 hits=0 prefix=
    [ "$many" = yes ] && prefix=$file:
    while IFS= read -r line <&4 || [ -n "$line" ]; do
        n=$((n + 1))
        if [[ $line =~ $pattern ]]; then hit=yes; else hit=no; fi
        [ "$invert" = yes ] && { [ "$hit" = yes ] && hit=no || hit=yes; }
        [ "$hit" = yes ] || continue
        hits=$((hits + 1)) matched=yes
        [ "$count" = yes ] && continue
        [ "$number" = yes ] && printf '%s%d:%s\n' "$prefix" "$n" "$line" || printf '%s%s\n' "$prefix" "$line"
    done
    [ "$count" = yes ] && printf '%s%d\n' "$prefix" "$hits"
    exec 4<&-
done
[ "$error" = yes ] && exit 2
[ "$matched" = yes ]
EOF
printf 'Alpha one\nbeta TWO\n\ngamma 33\nalpha again' > f
printf 'nothing here\n' > g
same=0 different=0
compare() {
    local a b sa sb
    a=$(bash mygrep.sh "$@" 2> /dev/null); sa=$?
    b=$(grep -E "$@" 2> /dev/null); sb=$?
    if [ "$a" = "$b" ] && [ "$sa" = "$sb" ]; then same=$((same + 1)); else different=$((different + 1)); echo "differs: $* ($sa, $sb)"; fi
}
compare alpha f
compare -i alpha f
compare -v a f
compare -n '[0-9]+' f
compare -c '' f
compare -vn '^$' f
compare -ci 'A' f g
compare 'zzz' f
compare one f g missing
compare '^(beta|gamma)' f g
compare -n 'e$|n$' f
echo "$same the same, $different different"
bash mygrep.sh -n two < f; echo "$?"; bash mygrep.sh -in two < f; bash mygrep.sh; echo "$?"
