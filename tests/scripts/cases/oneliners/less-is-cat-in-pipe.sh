printf 'a\nb\n' > f; less f | cat; more < f | cat
