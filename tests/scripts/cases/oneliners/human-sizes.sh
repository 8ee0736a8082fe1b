numfmt --to=iec 123456789; numfmt --from=iec 4K
echo 1536 | awk '{u = "BKMG"; while ($1 >= 1024) {$1 /= 1024; i++} printf "%.1f%s\n", $1, substr(u, i + 1, 1)}'
