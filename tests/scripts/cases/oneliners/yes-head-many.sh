yes agent | head -n 100000 | uniq -c | awk '{print $1, $2}'
