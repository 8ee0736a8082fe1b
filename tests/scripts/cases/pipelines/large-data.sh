head -c 8M /dev/zero | tr '\0' 'x' | fold -w 64 | wc
seq 300000 | sort -rn | tail -1; seq 300000 | awk '{s += $1} END {print s}'
head -c 3000000 /dev/zero | gzip | gunzip | sha256sum | cut -c1-16
seq 200000 | md5sum | cut -d' ' -f1; seq 500000 | tail -n +499999
