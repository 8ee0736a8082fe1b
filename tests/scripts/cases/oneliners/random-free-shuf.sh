seq 100 | shuf | sort -n | md5sum | awk '{print $1}'; seq 100 | md5sum | awk '{print $1}'
