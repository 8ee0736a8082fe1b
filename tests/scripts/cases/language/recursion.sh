fact() { (($1 <= 1)) && echo 1 || echo $(($1 * $(fact $(($1 - 1))))); }
fact 10
fib() { local n=$1; if ((n < 2)); then REPLY=$n; return; fi; local a; fib $((n - 1)); a=$REPLY; fib $((n - 2)); REPLY=$((a + REPLY)); }
fib 15; echo "$REPLY"
hanoi() { (($1 == 0)) && return; hanoi $(($1 - 1)) "$2" "$4" "$3"; moves=$((moves + 1)); hanoi $(($1 - 1)) "$4" "$3" "$2"; }
moves=0; hanoi 6 A B C; echo "$moves moves"
ackermann() { local m=$1 n=$2; if ((m == 0)); then r=$((n + 1)); elif ((n == 0)); then ackermann $((m - 1)) 1; else ackermann "$m" $((n - 1)); ackermann $((m - 1)) "$r"; fi; }
ackermann 2 3; echo "$r"
