echo '{"b":1,"a":{"d":2,"c":3}}' > o.json
jq -S -c . o.json; jq --tab . o.json | cat -A | head -2
jq --indent 1 . o.json | head -3
jq -n --arg x 5 --argjson y 5 -c '[$x, $y]'
jq -n -c --args '$ARGS.positional' a b
jq -n -c '$ENV.TZ, env.LANG'
printf '1 2\n[3]' | jq -c .
printf '1\n2\n' | jq -s -c .
printf 'l1\nl2\n' | jq -R -c .
printf 'l1\nl2\n' | jq -R -s -c 'split("\n")'
printf '1 2 3' | jq -n -c '[inputs]'
printf '1 2 3' | jq -c '[., input]' 2>/dev/null
jq -n 'input' 2>/dev/null; echo "$?"
jq -r '.b, .a.c' o.json o.json
jq --slurpfile s o.json -n -c '$s[0].b'
jq --rawfile r o.json -n -c '$r | length'
echo '.a.d' > prog.jq; jq -f prog.jq o.json
jq -c 'input_filename' o.json; jq -a -n '"é"'
jq -C -n -c '1' | od -An -c | head -1 | grep -c 033
jq -c --stream . <<< '[1,{"a":2}]'
jq -n -r '[1,2] | @text "v: \(.)"'; jq -rj '.b' o.json
echo
