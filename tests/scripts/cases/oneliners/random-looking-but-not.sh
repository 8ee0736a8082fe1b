printf '%s' seed | sha1sum | cut -c1-12
printf '%05d\n' $((42 * 1103515245 + 12345 & 0xffff))
echo $((RANDOM < 32768))
