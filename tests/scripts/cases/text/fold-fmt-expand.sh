echo 'the quick brown fox jumps over the lazy dog' > f
fold -w 10 f; fold -s -w 10 f; fmt -w 20 f
printf 'a\tb\tc\n' | expand
printf 'a\tb\n' | expand -t 4
printf '\tx\n' | expand -t2 | tr ' ' .
printf '        x\n' | unexpand | cat -A
printf '    a    b\n' | unexpand -a -t4 | cat -A
printf 'para one\nstill one\n\npara two\n' | fmt
printf 'short' | fold -w3; echo
fold -b4 <<< abcdefgh 2>/dev/null
fold -w4 <<< 'abcdefghij' | tail -1
printf '  indented text that is long enough to be wrapped by fmt at thirty\n  and more\n' | fmt -w 30
fold nofile 2>/dev/null; echo $?
