printf 'one 1\ntwo 2\n' | while read -r name n; do echo "$n=$name"; done
