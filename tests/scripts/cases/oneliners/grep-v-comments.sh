printf '# c\n\nkey=1\n  # d\nother=2\n' | grep -vE '^[[:space:]]*(#|$)'
