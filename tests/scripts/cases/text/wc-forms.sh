printf 'one two\nthree\n' > f; printf 'no newline' > g; wc -l f; wc -lw f
wc f g | awk '{print $1, $2, $3, $4}'; wc -c < g; wc -l < g; wc -m <<< 'é☃'
wc -c <<< 'é☃'; wc -L f; cat f | wc | xargs; wc -w < /dev/null; wc nofile 2>/dev/null; echo $?
wc -l f nofile 2>/dev/null | tail -1
printf '\n\n\n' | wc -l; printf 'a\0b c\n' | wc -w
printf 'f\0g\0' | wc -l --files0-from=- | tail -1; wc -l . 2>/dev/null >/dev/null; echo $?
printf 'tab\tword\vx\f y\n' | wc -w
