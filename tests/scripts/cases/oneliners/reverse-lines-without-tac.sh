seq 4 | sed '1!G;h;$!d' | xargs
seq 4 | awk '{a[i++]=$0} END {while (i--) printf "%s ", a[i]; print ""}'
seq 4 | sort -rn | xargs
