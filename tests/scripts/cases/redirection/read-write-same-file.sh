printf 'b\na\n' > f; sort f -o f; cat f
sort -r f > f.new && mv f.new f; cat f; cat f > g; cat g >> f; wc -l < f
printf 'x\n' > h; x=$(cat h); printf '%s\n' "$x" y > h; cat h
