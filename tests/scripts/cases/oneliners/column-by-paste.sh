paste <(seq 3) <(printf 'a\nb\nc\n')
