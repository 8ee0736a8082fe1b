seq 10 > f
shuf f | sort -n | cmp - f && echo permutation
shuf -n 3 f | wc -l; shuf -i 1-5 | sort | xargs
shuf -e a b c | sort | xargs; shuf -n 0 f | wc -l
shuf -i 7-7; shuf -r -n 5 -e x | xargs
shuf nofile 2>/dev/null; echo $?; shuf -n 100 f | wc -l
shuf -o out f; sort -n out | cmp - f && echo out
shuf -z -e one | od -An -c; shuf -i 5-1 2>/dev/null; echo $?
shuf < /dev/null | wc -c
