long=$(printf 'x%.0s' {1..100000}); echo "${#long}"
echo "$long" | wc -c; echo "$long" > f; grep -c x f
sed 's/x/y/g' f | tr -d y | wc -c
awk '{print length($0)}' f; cut -c99999- f | wc -c
fold -w 1000 f | wc -l; sort f | wc -c; read -r l < f
echo "${#l}"; rev f | cmp - f && echo palindrome
set -- $(seq 20000); echo "$# ${20000}"
echo $(seq 20000) | wc -w
seq 50000 | xargs echo | wc -w
printf '%s\n' "$@" | tail -1; a=("$@")
echo "${#a[@]} ${a[19999]}"; /bin/echo "$@" | wc -c
v=$long$long; echo "${#v}"
[[ $v == *xyz* ]] || echo 'no match'; s=$(seq 1 3000)
echo "${s//$'\n'/,}" | wc -c
for i in {1..5000}; do :; done; echo "$i"; x=
for i in {1..2000}; do x+=$i,; done; echo "${#x}"
