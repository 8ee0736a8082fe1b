shopt -s extglob nullglob
touch keep.txt a.log b.log c.tmp data.csv data.bak img1.png img22.png x.PNG
echo !(*.log|*.tmp); rm -- !(*.txt|*.csv|*.png|*.log); ls
echo img+([0-9]).png; echo @(a|b).log; echo ?(data).csv
v=00042; echo "${v##+(0)}"; p=a///b//c
echo "${p//+(\/)/\/}"; t=$'\t  x y  '
t=${t##*([[:space:]])}; echo "[${t%%*([[:space:]])}]"
is_int() { [[ $1 == ?([+-])+([0-9]) ]]; }
for x in 5 -7 +3 4.2 '' x; do is_int "$x" && echo "int $x" || echo "no '$x'"; done
