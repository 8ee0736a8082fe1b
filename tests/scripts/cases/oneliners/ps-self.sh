ps -p $$ >/dev/null && echo alive; ps -o pid= -p $$ | tr -d ' ' | grep -qx $$ && echo "own pid listed"
