printf -v s '%03d-%s' 7 x; echo "$s"
printf -v 'a[2]' '%s' elem; echo "${a[2]}"
printf '%(%Y-%m-%d %H:%M:%S)T\n' 0 86399
printf '%(%F)T\n' 1700000000
