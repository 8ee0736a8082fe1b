seq 10 | xargs -n 3 echo
