f() { if "$@"; then echo yes; else echo no; fi; }
a="x y"; empty=
[[ $a == "x y" ]] && echo "no splitting"
[[ -z $empty && -n $a ]] && echo and
[[ $a == x* ]] && echo pattern; [[ $a == "x*" ]] || echo "quoted pattern is literal"
[[ abc < abd ]] && echo less; [[ 2 -lt 10 ]] && echo numeric
[[ ! -e nothing ]] && echo "not there"
[[ ( a == b || c == c ) && d != e ]] && echo grouped
p='a?c'; [[ abc == $p ]] && echo "pattern in a variable"
[[ -v a ]] && echo set; [[ -v nope ]] || echo "not set"
[[ 1+1 -eq 2 ]] && echo arithmetic
[[ $a = @(x|z)\ y ]] && echo extglob
