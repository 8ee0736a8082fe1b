#!/usr/bin/env bash
# wc, tac, uniq -c and cut -f in pure bash, checked against the real ones.
set -u
my_wc() { local l=0 w=0 c=0 line x; while IFS= read -r line; do l=$((l + 1)); for x in $line; do w=$((w + 1)); done; c=$((c + ${#line} + 1)); done; echo "$l $w $c"; }
my_tac() { local -a a; mapfile -t a; local i; for ((i = ${#a[@]} - 1; i >= 0; i--)); do printf '%s\n' "${a[i]}"; done; }
my_uniq() {
    local n=0 line last
    while IFS= read -r line; do
        if ((n > 0)) && [ "$line" = "$last" ]; then n=$((n + 1)); continue; fi
        ((n > 0)) && printf '%7d %s\n' "$n" "$last"
        last=$line n=1
    done
    ((n > 0)) && printf '%7d %s\n' "$n" "$last"
}
my_cut() { local d=$1 f=$2 line; while IFS= read -r line; do local -a parts; IFS=$d read -ra parts <<< "$line"; printf '%s\n' "${parts[f - 1]-}"; done; }
my_head() { local n=$1 line; while ((n-- > 0)) && IFS= read -r line; do printf '%s\n' "$line"; done; }
my_seq() { local i; for ((i = $1; i <= $2; i++)); do echo "$i"; done; }
set -f
printf '%s\n' 'a:1' 'a:1' 'b: two words' '*:3' '' '' '' 'a:1' > data
check() { if [ "$2" = "$3" ]; then echo "ok $1"; else printf 'DIFFERENT %s\n%s\n--\n%s\n' "$1" "$2" "$3"; fi; }
check wc "$(my_wc < data)" "$(wc < data | xargs)"
check tac "$(my_tac < data)" "$(tac data)"
check uniq "$(my_uniq < data)" "$(uniq -c data)"
check cut "$(grep : data | my_cut : 2)" "$(grep : data | cut -d: -f2)"
check head "$(my_head 3 < data)" "$(head -3 data)"
check seq "$(my_seq 5 15)" "$(seq 5 15)"
check empty "$(my_wc < /dev/null)" "$(wc < /dev/null | xargs)"
