seq 25 > f; split -l 10 f part_; wc -l part_* | awk '{print $1, $2}'
split -b 20 f b.; ls b.* | xargs; cat b.* | cmp - f && echo rejoined
split -n 4 f n; cat na? | cmp - f && echo 'n ok'
split -d -l 9 -a 3 f num; ls num* | xargs
split -l 5 --additional-suffix=.txt f s_; ls s_* | xargs
seq 3 | split -l 1 - in_; cat in_ab
split -l 0 f 2>/dev/null; echo $?
split nofile 2>/dev/null; echo $?
