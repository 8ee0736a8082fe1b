seq 2000 | while read -r n; do ((n % 500 == 0)) && echo "$n"; done
{ for i in 1 2 3; do echo "$i"; sleep 0.02; done; } | while read -r l; do echo "got $l"; done
