for ((i = 0, j = 10; i < j; i += 3, j--)); do echo "$i $j"; done
for ((;;)); do echo once; break; done
n=0; for ((i = 5; i--; )); do n=$((n + i)); done; echo "$n"
