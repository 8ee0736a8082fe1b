touch f; mkdir d; ln -s f l
for t in -f -d -L -e -x -r; do for n in f d l; do test $t $n && echo "$t $n"; done; done
