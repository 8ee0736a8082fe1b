for j in '{' '[1,]' '{"a":1,}' "{'a':1}" '{"a" 1}' 'nul' '"open' '[1 2]' '{"a":1}}' ''; do
    if printf '%s' "$j" | jq -c . >/dev/null 2>&1; then echo "accepted: $j"; else echo "refused:  $j"; fi
done
printf '{"a":1}\n{"b":' | jq -c . 2>/dev/null
printf '1 2 x' | jq -c . 2>/dev/null
printf '["\\ud83d\\ude00","\\u0041"]' | jq -c .
printf '{"deep":%s1%s}' "$(printf '[%.0s' {1..100})" "$(printf ']%.0s' {1..100})" | jq -c '[.. | numbers]'
jq -n -c '{"k with \"quotes\"": "v\\n"}'
printf '  \n\t ' | jq .; echo "$?"
