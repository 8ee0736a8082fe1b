seq 1000 | cat | cat | grep 7 | cat | sort -n | cat | uniq | cat | tac | tac | cat | sed 's/^/n/' | cat | tr n m | cat | head -50 | cat | tail -1 | cat
