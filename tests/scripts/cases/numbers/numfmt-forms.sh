numfmt --to=iec 1024 1536 1048576 999
numfmt --to=si 1000 1500000; numfmt --from=iec 1K 2M
numfmt --from=si 1k 2>/dev/null || numfmt --from=si 1K
echo '1234567 file' | numfmt --to=iec
printf 'a 2048\n' | numfmt --field=2 --to=iec
numfmt --to=iec-i 2048; numfmt --suffix=B --to=si 3000
numfmt --padding=8 --to=iec 4096
numfmt --format='%.2f' --to=iec 1500
numfmt --from=auto 1Ki 1K; numfmt x 2>/dev/null; echo "$?"
numfmt --to=iec --round=up 1025
numfmt --from-unit=1024 --to=iec 4
numfmt -d, --field=2 --to=si <<< 'x,5000,y'
numfmt --header --field 1 --to=iec <<< $'size\n2048'
numfmt --grouping 1234; numfmt --invalid=ignore foo; echo "$?"
