cmd='echo deep'; for ((i = 0; i < 63; i++)); do cmd="$cmd | cat"; done; eval "$cmd"
