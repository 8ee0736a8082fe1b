printf x > a; printf x > b; cmp -s a b && echo equal
[ "$(sha256sum < a)" = "$(sha256sum < b)" ] && echo "same hash"
printf y > b; cmp a b | sed 's/,.*//'; echo "${PIPESTATUS[0]}"
