printf 'bob 25 b\nann 30 a\ncid 25 c\ndee 9 d\n' > f
sort -k2n f; sort -k2,2nr -k1,1 f; sort -k2,2 f
sort -t' ' -k3.1,3.1r f; sort -r f | head -1
sort -s -k2,2n f; sort -k2n -u f; sort -n -k2 -o out f; cat out
printf 'x,10\ny,9\nz,100\n' | sort -t, -k2,2n
printf 'b,2\na,2\nc,1\n' | sort -t, -k2,2n -k1,1r
sort -c f 2>/dev/null; echo $?; sort -c out 2>/dev/null; echo $?
sort nofile 2>/dev/null; echo $?
printf 'a1\na10\na2\n' | sort -V
sort -m <(printf '1\n3\n') <(printf '2\n4\n') | xargs
