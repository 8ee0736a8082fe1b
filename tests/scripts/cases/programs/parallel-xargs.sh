#!/usr/bin/env bash
# Work spread over processes by xargs, with the failures counted.
set -u
mkdir in out
for i in {1..12}; do seq "$i" > "in/file $i.txt"; done
cat > job.sh <<'EOF'
#!/bin/sh
# Sums a file; every fifth is refused.
n=$(wc -l < "$1")
[ $((n % 5)) -eq 0 ] && exit 1
awk '{s += $1} END {print s}' "$1" > "out/${1##*/}"
EOF
chmod +x job.sh
find in -name '*.txt' -print0 | xargs -0 -n 1 -P 4 ./job.sh
echo "xargs status $?"
ls out | wc -l
cat out/*.txt | sort -n | paste -sd+ | tee formula | bc
cat formula
for f in in/*.txt; do [ -e "out/${f##*/}" ] || echo "missing ${f##*/}"; done | sort -V
find out -type f -print0 | xargs -0 -P 3 -I{} mv {} {}.done
find out -name '*.done' | wc -l
seq 6 | xargs -P 6 -n 2 sh -c 'echo $(($1 * $2))' _ | sort -n
