grep -o 'b.' <<< "abcabd"; wc -w <<< "one two three"; cat <<< "$(printf 'x\ny')"
