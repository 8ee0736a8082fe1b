printf 'b\na\n' > f; sort f > f; wc -c < f
printf 'b\na\n' > f; cat f | sort | sed 's/$/!/' > g && mv g f; cat f
cat f >> f 2>/dev/null; echo "cat onto itself: $?"; cat f
printf 'x\n' > h; cat < h > h; wc -c < h; printf 'keep\n' > k; { cat; echo more; } < k >> k; cat k
printf '1\n2\n3\n' > m; sed -i 's/2/two/' m
tac m | tee n > /dev/null; cp n m; cat m; head -c 2 m > p && mv p m; cat m
sort -u -o m m m; cat m; awk '{print > "q"}' m; cat q
cat q
