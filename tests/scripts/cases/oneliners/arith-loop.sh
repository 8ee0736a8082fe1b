s=0; for ((i = 1; i <= 10; i++)); do ((s += i * i)); done; echo $s
