mkdir -p a/b; echo x > a/b/f; ln -s a/b l; ln -s l/f lf; ln -s nowhere dang
base=$(pwd -P); strip() { sed "s|^$base|TOP|"; }
readlink l; readlink -f lf | strip; realpath lf | strip
realpath -s lf | strip; readlink -e dang; echo "$?"; readlink -f dang | strip
readlink -m no/such/path | strip
realpath no/such 2>/dev/null; echo "$?"
realpath -m a/../b/./c | strip
realpath --relative-to=a/b l/f a
realpath --relative-base=a a/b/f; readlink a; echo "$?"
realpath . | strip; realpath ./a//b/../b/ | strip; readlink -n l
echo; readlink -z l | tr '\0' Z; echo
realpath / /usr/..; realpath -e dang 2>/dev/null; echo "$?"
realpath '' 2>/dev/null; echo "$?"; readlink l lf
