printf 'a\na\nb\nA\nc\nc\nc\na\n' > f; uniq f | xargs
uniq -c f; uniq -d f | xargs; uniq -u f | xargs
uniq -i f | xargs; uniq -D f | xargs
printf '1 x\n2 x\n3 y\n' | uniq -f1
printf 'aax\nabx\nacy\n' | uniq -s2
printf 'abc1\nabc2\nabd3\n' | uniq -w3; uniq f out; wc -l < out
uniq -cd f; printf 'x\nx' | uniq -c
uniq < /dev/null | wc -l; uniq nofile 2>/dev/null; echo $?
