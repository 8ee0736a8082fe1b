printf 'id=42 name=x\nprice: 15.50 EUR\n' > f
grep -oP '(?<=id=)\d+' f; grep -oP '\d+\.\d+(?= EUR)' f; grep -oP 'name=\K\w+' f
grep -P '^\w+:\s' f; grep -cP '\bname\b' f; echo 'aXb' | grep -oiP 'x'; grep -P '(' f 2>/dev/null; echo $?
