printf 'f1 10\nf2 20\n' | while IFS=' ' read -r f n; do [ "$n" -gt 15 ] && echo "$f is large"; done; echo "status $?"
