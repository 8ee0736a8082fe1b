echo 1 > f; echo 2 >> f; cat f; > f; wc -c < f; echo x >| f; cat f
set -C; echo y > f; echo "noclobber $?"; echo z >| f; cat f; set +C
