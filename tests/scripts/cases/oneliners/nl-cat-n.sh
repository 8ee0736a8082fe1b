printf 'a\n\nb\n' | nl; printf 'a\n\nb\n' | cat -n; printf 'a\tb\n' | cat -A
