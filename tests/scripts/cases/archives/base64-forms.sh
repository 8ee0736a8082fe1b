printf 'hello' | base64
printf '%s' aGVsbG8= | base64 -d; echo; head -c 100 /dev/zero | base64 | head -1 | wc -c
head -c 100 /dev/zero | base64 -w0 | wc -c
printf 'aGVs\nbG8=\n' | base64 -d; echo
printf 'a!G' | base64 -d 2>/dev/null; echo "$?"
printf 'aGVs bG8=' | base64 -di; echo
: | base64 | wc -c; printf 'f' > f; base64 f
printf '\xff\xfe' | base64; base32 <<< hi
base32 -d <<< NBUQU===; seq 30 | base64 -w 20 | head -2
base64 nofile 2>/dev/null; echo "$?"; head -c 1000 /dev/zero | base64 | base64 -d | wc -c
printf '\0\377\0' | base64 | base64 -d | od -An -tx1
basenc --base16 <<< hi; basenc --base64url <<< '?>?>'
