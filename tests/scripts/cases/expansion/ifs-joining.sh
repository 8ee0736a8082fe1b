set -- a b 'c d'; IFS=-; echo "$*" "$@"; IFS=; echo "$*"; unset IFS; echo "$*"; IFS=+-; echo "$*"; unset IFS
a=(1 2 3); (IFS=,; echo "${a[*]}"); printf -v joined '%s;' "${a[@]}"; echo "${joined%;}"
