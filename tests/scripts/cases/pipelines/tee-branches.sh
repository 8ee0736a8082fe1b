seq 6 | tee all | grep -v 3 | tee some | tail -2; wc -l < all; wc -l < some
seq 3 | tee a b c > /dev/null; cat a b c | sort | uniq -c | awk '{print $1, $2}'
echo x | tee >/dev/null; echo y | tee - | sort
