echo "the cat and the dog and the bird" | tr ' ' '\n' | sort | uniq -c | sort -k1,1nr -k2 | head -3 | awk '{print $2, $1}'
