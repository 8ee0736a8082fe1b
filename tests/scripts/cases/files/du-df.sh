head -c 3000 /dev/zero > f; mkdir d; head -c 1000 /dev/zero > d/g
du -b f d/g; du -bc f d/g | tail -1
du --apparent-size -B1 f; du -bh f
du -a d --apparent-size -b | awk '{print $2}' | sort
du -s d | awk '{print NF, $2}'; du nofile 2>/dev/null; echo "$?"
df . | awk 'NR == 1 {print $1, NF}'; df -P . | wc -l
df -h / > /dev/null && echo ok; df nofile 2>/dev/null; echo "$?"
df --output=target / | tail -1
du -d0 . | awk '{print $2}'; ln f hard
du -bc f hard | tail -1 | cut -f1
du -b --max-depth=1 d >/dev/null; echo "$?"
