for n in 84 97 1024; do echo "$n has $(factor "$n" | cut -d: -f2 | wc -w) prime factors"; done
is_prime() { [ "$(factor "$1" | wc -w)" -eq 2 ]; }
for n in {90..110}; do is_prime "$n" && printf '%s ' "$n"; done
echo
du -b <(:) 2>/dev/null >/dev/null
printf '%s\n' 100 2000 3000000 | numfmt --to=si
printf 'f1 1048576\nf2 2500\n' | numfmt --field 2 --to=iec --padding=7
numfmt --from=iec 1.5G
numfmt --to=none --from=si 2k 2>/dev/null || numfmt --from=si 2K
echo 3KB | numfmt --from=si --suffix=B 2>/dev/null
numfmt --to=iec-i --suffix=B 1024 1000000
