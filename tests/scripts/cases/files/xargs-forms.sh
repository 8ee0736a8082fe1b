echo 'a b c' | xargs; printf 'a b\nc\n' | xargs -n1
printf 'a\0b c\0' | xargs -0 -n1 echo
printf '%s\n' 1 2 3 4 | xargs -L2 echo
printf 'x\ny\n' | xargs -I@ echo '<@>'
printf "it's\n" | xargs 2>/dev/null; echo "$?"
echo "'quoted arg' plain" | xargs -n1
printf 'a\nb\n' | xargs -t echo 2>/dev/null
echo x | xargs false; echo "$?"
echo x | xargs sh -c 'exit 255' 2>/dev/null; echo "$?"
echo x | xargs no-such 2>/dev/null; echo "$?"
echo a,b,c | xargs -d, -n1 | head -3
: | xargs -r echo no
printf 'one\ntwo\n' | xargs -I{} echo {} and {}
seq 5 | xargs -P2 -n1 echo | sort | paste -sd' '
printf 'f1\nf2\n' | xargs touch; ls; ls | xargs rm; ls
seq 3 | xargs echo prefix
printf 'a\n\nb\n' | xargs -n1 echo | wc -l
echo 'a\ b c' | xargs -n1; printf 'in' > args
xargs -a args echo
seq 3 | xargs -n1 sh -c 'echo "$0 $1"' fixed
seq 4 | xargs -n3 sh -c 'echo $#' _
printf 'a b\n' | xargs -I{} sh -c 'echo "$1"' _ {}
echo 1 | xargs -x echo; xargs -E STOP <<< $'a\nSTOP\nb'
