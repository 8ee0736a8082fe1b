printf 'a\nb\nc\n' > x; printf 'a\nB\nc\n' > y; diff x y; echo "code $?"
