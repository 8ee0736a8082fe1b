seq 1 20 | grep -n -B1 -A1 '^10$'
