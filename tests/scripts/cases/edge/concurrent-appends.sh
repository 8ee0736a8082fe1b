# Short appends do not tear: every line arrives whole, whoever wrote it.
for w in a b c d; do
    (for i in {1..100}; do echo "$w $i"; done >> log) &
done
wait
wc -l < log; cut -d' ' -f1 log | sort | uniq -c | awk '{print $2, $1}'; grep -cvE '^[a-d] [0-9]+$' log
for w in a b; do awk -v w="$w" '$1 == w {if ($2 != last + 1) print "out of order"; last = $2}' log; done
for i in 1 2 3 4 5; do (mkdir one-wins 2>/dev/null && echo won >> wins) & done
wait; cat wins
