true | false | (exit 3) | true; echo "${PIPESTATUS[@]}"
echo "${PIPESTATUS[@]}"
ls /nonexistent 2>/dev/null | wc -l; s=("${PIPESTATUS[@]}"); echo "${#s[@]} ${s[0]} ${s[1]}"
! false | true; echo "$? ${PIPESTATUS[*]}"
