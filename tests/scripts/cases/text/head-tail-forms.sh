seq 20 > f; head -3 f | xargs; head -n -17 f | xargs; tail -2 f | xargs
tail -n +18 f | xargs; head -c 5 f; tail -c 3 f; head -c -45 f
echo; head -n0 f; head -1 f f; tail -qn1 f f; head -n1 -v f; tail -n +2 f | head -1
head nofile f -n1 2>/dev/null; echo $?
printf 'a\nb' | tail -1; echo; printf 'a\nb' | head -n 5
echo; seq 5 | tail -n -2 | xargs; tail -n 100 f | wc -l; head -n 1K f | wc -l
printf 'x\0y\0z\0' | head -z -n2 | tr '\0' .; echo; tail -c +49 f; tail -1 < f
