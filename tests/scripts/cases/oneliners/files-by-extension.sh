touch a.py b.py c.js README d.tar.gz
find . -type f -name '*.*' | sed 's/.*\.//' | sort | uniq -c | awk '{print $1, $2}'
