printf '10\n9\n-1\n2.5\n\nx\n' | sort -n | xargs
printf '1K\n2M\n500\n1G\n' | sort -h | xargs
printf 'B\na\nC\nb\n' | sort | xargs
printf 'B\na\nC\nb\n' | sort -f | xargs
printf 'Feb\nJan\nDec\n' | sort -M | xargs
printf '  b\na\n c\n' | sort
printf '  b\na\n c\n' | sort -b
printf '1.5e3\n200\n1e2\n' | sort -g | xargs
printf 'a-b\nab\na c\n' | sort -d
printf '3\n1\n3\n2\n' | sort -nu | xargs
printf 'b\0a\0' | sort -z | tr '\0' ' '; echo
printf '0x1\n1\n01\n' | sort -n | xargs
printf 'é\nz\na\n' | sort | xargs
seq 20 | sort -R | sort -n | tail -1
printf 'c\nb\na' | sort | tail -c 2 | od -An -c
printf '1.10\n1.9\n1.2\n' | sort -t. -k1,1n -k2,2n | xargs
printf 'a\nA\n' | sort -fu | wc -l
printf '2\n10\n' | sort --reverse --numeric-sort | xargs
