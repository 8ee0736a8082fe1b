seq 8 | xargs -P 4 -I{} sh -c 'echo $(({} * {}))' | sort -n | paste -sd,
