head -c 2048 /dev/zero > a; mkdir d; head -c 100 /dev/zero > d/b
du -b a | cut -f1; du -ab d | grep b$ | cut -f1
du --apparent-size -k a | cut -f1
df -k . | tail -1 | awk '{print ($2 > 0)}'
df -i . > /dev/null && echo inodes
