[ 10 -gt 9 ] && echo num; [[ 10 < 9 ]] && echo str
[ "a" = "a" ] && [ "a" != "b" ] && echo eq
[[ abc == a* ]] && echo glob
