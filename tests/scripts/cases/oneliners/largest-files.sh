head -c 300 /dev/zero > big; head -c 20 /dev/zero > small; mkdir d; head -c 150 /dev/zero > d/mid
find . -type f -printf '%s %p\n' | sort -rn | head -2
