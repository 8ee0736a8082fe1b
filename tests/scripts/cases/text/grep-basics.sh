printf 'alpha\nBeta\ngamma ray\nalphabet\n\n' > f
grep alpha f; grep -c a f; grep -i beta f
grep -v a f | wc -l; grep -w alpha f; grep -x alphabet f
grep -n '^$' f; grep -o 'a.' f | head -3
grep -l ray f nope 2>/dev/null; grep -L ray f; echo "$?"
grep zzz f; echo "none $?"; grep a nope 2>/dev/null; echo "missing $?"
grep -q alpha f nope; echo "quiet $?"; grep -s x nope; echo "silent $?"
grep '[' f 2>/dev/null; echo "bad pattern $?"
grep -e alpha -e ray f; grep -m1 a f
printf 'alpha\nray\n' | grep -f - f
