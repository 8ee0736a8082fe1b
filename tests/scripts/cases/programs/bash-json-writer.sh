#!/usr/bin/env bash
# Writes JSON from bash data with escaping, and has jq confirm that it is what was meant.
set -euo pipefail
escape() {
    local s=$1
    s=${s//\\/\\\\}
    s=${s//\"/\\\"}
    s=${s//$'\n'/\\n}
    s=${s//$'\t'/\\t}
    s=${s//$'\r'/\\r}
    printf '"%s"' "$s"
}
array() {
    local first=yes x
    printf '['
    for x in "$@"; do
        [ "$first" = yes ] || printf ','
        first=no
        escape "$x"
    done
    printf ']'
}
object() {
    local -n map=$1
    local first=yes k
    printf '{'
    while IFS= read -r k; do
        [ "$first" = yes ] || printf ','
        first=no
        escape "$k"
        printf ':'
        if [[ ${map[$k]} =~ ^-?(0|[1-9][0-9]*)(\.[0-9]+)?$|^(true|false|null)$ ]]; then printf '%s' "${map[$k]}"; else escape "${map[$k]}"; fi
    done < <(printf '%s\n' "${!map[@]}" | sort)
    printf '}'
}
declare -A person=([name]='Ann "the boss" O'\''Neil' [age]=30 [zip]=01234 [path]='C:\tmp' [ok]=true [multi]=$'two\nlines')
object person; echo
array one 'two words' '' $'tab\there' '☃'; echo
array; echo
object person | jq -r '.name, .age + 1, .zip, .path, (.ok | not), (.multi | split("\n") | length)'
[ "$(array a 'b"c' | jq -r '.[1]')" = 'b"c' ] && echo "quotes survive"
object person | jq -e 'keys == ["age", "multi", "name", "ok", "path", "zip"]'
