printf 'a=1\r\nb=2\r\n' > f; cat -A f; tr -d '\r' < f
sed 's/\r$//' f | od -An -c
while IFS='=' read -r k v; do v=${v%$'\r'}; echo "$k -> $v"; done < f
grep -c $'\r' f
awk '{sub(/\r$/, ""); print length($0)}' f; wc -c < f
printf 'echo hi\r\n' > s; bash s | od -An -c
grep '2$' f; echo $?; sort -r f | head -1 | od -An -c
diff --strip-trailing-cr f <(printf 'a=1\nb=2\n') && echo 'same but for CR'
