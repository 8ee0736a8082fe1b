count=0; seq 3 | while read -r _; do count=$((count + 1)); done; echo "without: $count"
shopt -s lastpipe; seq 3 | while read -r _; do count=$((count + 1)); done; echo "with: $count"
echo "a b c" | read -r x y z; echo "$z$y$x"; seq 5 | mapfile -t arr; echo "${#arr[@]}"
