echo '[{"k":"a","v":1},{"k":"b","v":2},{"k":"a","v":3}]' > l.json
jq -c 'group_by(.k) | map({key: .[0].k, value: (map(.v) | add)}) | from_entries' l.json
jq -c 'map({(.k): .v}) | add' l.json
jq -c 'sort_by(.v) | reverse | map(.v)' l.json
jq -c 'unique_by(.k) | map(.k)' l.json
jq -c 'max_by(.v), min_by(.v)' l.json
jq -c '[.[].v] | add, length, min, max, (add / length)' l.json
jq -c 'reduce .[] as $x ({}; .[$x.k] += $x.v)' l.json
jq -c '[foreach .[] as $x (0; . + $x.v)]' l.json
jq -c 'map(.v) | index(2), (. | contains([3])), any(. > 2), all(. > 2)' l.json
jq -c 'with_entries(.value |= .k)' <<< '{"x": {"k": 1}}'
jq -c '[limit(2; .[])], first(.[].v), [range(3)], [range(0; 10; 4)]' l.json
jq -c 'map(.v) | [.[] | select(. % 2 == 1)], (. - [1]), (. + [9]), .[1:], flatten' l.json
