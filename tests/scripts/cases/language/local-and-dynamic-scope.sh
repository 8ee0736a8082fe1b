x=global
inner() { echo "inner sees $x"; x=changed; }
outer() { local x=outer; inner; echo "outer has $x"; }
outer; echo "global still $x"
f() { local a b=2; a=1; echo "$a$b"; }
f; echo "[${a-unset}${b-unset}]"
g() { local IFS=,; echo "$*"; }
g 1 2 3; set -- 4 5; echo "$*"
h() { local v; echo "${v-unset}"; v=; echo "${v-unset}"; }; v=outside; h
