head -c 5000 /dev/zero > f; du -b f | cut -f1
