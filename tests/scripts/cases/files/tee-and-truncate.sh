printf 'abcdef' > f; truncate -s 3 f; cat f; echo
truncate -s 6 f; od -An -c f; truncate -s +2 f; wc -c < f
truncate -s 0 f; wc -c < f; truncate -s 1K g; wc -c < g
truncate -c -s 5 none; ls none 2>/dev/null; echo "$?"
printf 'one' | tee a b | wc -c
tee nodir/x < /dev/null 2>/dev/null; echo "$?"
