echo '{"v":"1.0.0","deps":{"a":"^1","b":"^2"},"list":[1,2,3]}' > p.json
jq -c '.v = "1.0.1"' p.json
jq -c '.list[1] |= . * 10' p.json
jq -c '.deps.c = "^3" | .deps |= with_entries(select(.key != "a"))' p.json
jq -c '.list += [4] | .list |= map(. + 1)' p.json
jq -c '.new.deep.path = true' p.json
jq -c 'del(.deps.a, .list[0])' p.json
jq -c '. * {"deps": {"a": "^9"}, "x": 1}' p.json
jq -c '.list[] += 1' p.json
jq -c 'setpath(["deps", "z"]; 0) | getpath(["deps", "z"])' p.json
jq -c '.list |= (.[1:] + .[:1])' p.json
jq -c '.v |= (split(".") | .[2] = (.[2] | tonumber + 1 | tostring) | join("."))' p.json
jq -c '[.deps | keys[]] | @json' p.json
jq -c '(.list[] | select(. > 1)) = 0' p.json
jq -c 'has("v"), (.list | has(5)), (.v | in({"1.0.0": 1}))' p.json
jq -c '.list -= [2] | .n //= 7 | .n /= 2' p.json
