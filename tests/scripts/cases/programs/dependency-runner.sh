#!/usr/bin/env bash
# A tiny make: targets, prerequisites, recipes, up-to-date checks by time, and cycles.
set -u
cat > rules <<'EOF'
app: main.o util.o
	cat main.o util.o > app
main.o: main.c
	tr a-z A-Z < main.c > main.o
util.o: util.c
	tr a-z A-Z < util.c > util.o
loop: pool
	touch loop
pool: loop
	touch pool
broken:
	false
EOF
declare -A deps recipe state
while IFS= read -r line; do
    case $line in
        $'\t'*) recipe[$target]=${line#$'\t'} ;;
        *:*) target=${line%%:*}; deps[$target]=${line#*:} ;;
    esac
done < rules

build() {
    local t=$1 d stale=no
    case ${state[$t]-} in
        done) return 0 ;;
        busy) echo "cycle at $t"; return 2 ;;
    esac
    state[$t]=busy
    if [ -z "${deps[$t]+x}" ]; then
        state[$t]=done
        [ -e "$t" ] || { echo "no rule to make $t"; return 2; }
        return 0
    fi
    for d in ${deps[$t]}; do
        build "$d" || return
        [ "$d" -nt "$t" ] && stale=yes
    done
    if [ ! -e "$t" ] || [ "$stale" = yes ]; then
        echo "run: ${recipe[$t]}"
        sh -c "${recipe[$t]}" || { echo "recipe of $t failed"; return 1; }
    fi
    state[$t]=done
}
run() { state=(); build "$1"; echo "$1 -> $?"; }

echo 'int main' > main.c
echo 'int util' > util.c
touch -d @1000 main.c util.c
run app
cat app
touch -d @2000 main.o util.o; touch -d @3000 app
run app
touch -d @4000 util.c
run app
run loop
run broken
run nothing
rm main.c
run main.o
