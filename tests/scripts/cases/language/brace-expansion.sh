echo a{1,2}b {x,y}{1..3} {1..10..3} {10..7} {a..e..2} {-2..2} {01..10..4}
echo pre{,.bak} {a} {} {a,b c}; v=3; echo {1..$v}; echo {a,b{1,2},c} "{a,b}" \{a,b}
echo {A..C}{,-}; cp_args() { echo "$1 -> $2"; }; cp_args file.conf{,.orig}
