df . | wc -l; df -h . | awk 'NR == 1 {print $2, $NF}'; df --output=pcent . | tail -1 | grep -cE '[0-9]+%|-'
df -P . | awk 'NR == 2 {print NF, ($2 >= $3)}'; df -k / . | wc -l; df no-such-path 2>/dev/null; echo "$?"
mkdir -p d/e; head -c 700 /dev/zero > d/a; head -c 300 /dev/zero > d/e/b
find d -type f -exec du -b {} + | sort -k2; du -ab d | grep '/[ab]$' | sort -k2
