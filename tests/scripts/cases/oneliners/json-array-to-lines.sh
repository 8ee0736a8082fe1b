echo '["a b","c"]' | jq -r '.[]' | while read -r x; do echo "[$x]"; done
jq -n -r '[1,2,3] | map(tostring) | join(",")'
echo '{"a":{"b":[10,20]}}' | jq '.a.b[1]'
