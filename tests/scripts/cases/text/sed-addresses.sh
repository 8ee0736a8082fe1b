seq 10 > n; sed -n '3p' n; sed -n '$p' n; sed '2,9d' n
sed -n '/3/,/5/p' n | xargs; sed -n '0~4p' n | xargs
sed -n '1~3p' n | xargs; sed -n '2,+2p' n | xargs
sed '/[2-9]/d' n; sed -n '/^1/!p' n | wc -l
sed '5q' n | tail -1; sed -n '$=' n; sed '3,$d' n
sed -n '8,2p' n; sed -n '/9/,/nomatch/p' n
sed '0,/1/s//X/' n | head -2; sed -n '4{p;p}' n
sed '5q7' n >/dev/null; echo $?; sed -n '/7/=' n
