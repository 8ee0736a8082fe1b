printf '%s\n' b a b c a | awk '!seen[$0]++' | xargs
