a=(red green "light blue"); a+=(black)
echo "${#a[@]} ${a[2]} ${a[-1]}"
printf '<%s>' "${a[@]}"; echo; unset 'a[1]'
echo "${!a[@]}"
