printf '%s\n' a b c > l; printf '%s\n' b c d > r; comm -12 l r; echo --; comm -23 l r; echo --; comm -13 l r
