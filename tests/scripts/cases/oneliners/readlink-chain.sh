echo end > t; ln -s t l1; ln -s l1 l2; readlink l2
basename "$(readlink -f l2)"; cat l2
realpath --relative-to=. l2; [ l2 -ef t ] && echo same
rm t; [ -e l2 ] || echo dangling
[ -L l2 ] && echo "still a link"
