printf 'name qty\napple 3\nkiwi 12\n' | awk '{printf "%-8s%5s\n", $1, $2}'
paste -d'|' <(printf 'a\nbb\n') <(printf '1\n22\n') | sed 's/|/ | /'
printf '%s\n' one two three four five | paste -d' ' - -
printf '%-6s|\n' a bb ccc
seq 12 | awk '{printf "%3d%s", $1, NR % 4 ? " " : "\n"}'
printf 'k=v\nlong_key=w\n' | awk -F= '{k[NR] = $1; v[NR] = $2; if (length($1) > w) w = length($1)} END {for (i = 1; i <= NR; i++) printf "%" w "s : %s\n", k[i], v[i]}'
