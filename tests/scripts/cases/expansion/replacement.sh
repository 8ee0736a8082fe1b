s='hello world hello'
echo "${s/hello/bye}|${s//hello/bye}|${s/#hello/start}|${s/%hello/end}|${s//o}|${s//[aeiou]/_}"
path=a/b/c; echo "${path//\//.}"; echo "${path////-}"; t='a.b.c'; echo "${t//./ }"
x='*'; y='a*b*c'; echo "${y//$x/-}" "${y//"$x"/-}"; echo "${s// /}"
r='a/b'; echo "${s/world/$r}"; n=$'l1\nl2'; echo "${n//$'\n'/, }"
