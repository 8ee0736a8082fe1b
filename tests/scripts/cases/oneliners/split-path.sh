echo "/usr/local/bin:/usr/bin:/bin" | tr ':' '\n'
IFS=: read -ra parts <<< "a:b::c"; echo "${#parts[@]}"
printf '[%s]' "${parts[@]}"; echo
