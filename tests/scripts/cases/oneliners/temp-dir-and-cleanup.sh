d=$(mktemp -d) && trap 'rm -rf "$d"' EXIT && echo data > "$d/f" && cat "$d/f" && [ -d "$d" ] && echo exists
