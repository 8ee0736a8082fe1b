seq 50 | shuf -n 5 | wc -l; shuf -e one | cat
shuf -i 1-3 -n 3 | sort | xargs
seq 100 | shuf --random-source=/dev/zero | sort -n | uniq | wc -l
