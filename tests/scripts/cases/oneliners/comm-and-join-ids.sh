printf '%s\n' 3 1 2 > a; printf '%s\n' 2 3 4 > b
comm -12 <(sort a) <(sort b) | xargs
join <(sort a) <(sort b) | xargs
join -t, <(echo '1,a') <(echo '1,b'); grep -vxFf a b
