cat > r.json <<'EOF'
{"data":{"repo":{"name":"demo","issues":{"nodes":[{"n":1,"title":"Bug","labels":[{"name":"a"},{"name":"b"}],"closed":true},{"n":2,"title":"Idea","labels":[],"closed":false}],"next":{"more":false,"cursor":null}}}},"errors":[]}
EOF
jq -r '.data.repo.issues.nodes[] | "#\(.n) \(.title) [\([.labels[].name] | join(","))]\(if .closed then " closed" else "" end)"' r.json
jq -e '.errors | length == 0' r.json
jq -c '[.data.repo.issues.nodes[] | select(.labels | any(.name == "b")) | .n]' r.json
jq -r '.data.repo.issues.next.cursor // "end"' r.json
jq -c '[leaf_paths | map(tostring) | join(".")] | length' r.json
jq -c '.. | objects | select(has("title")) | .title' r.json
jq -c 'first(.data.repo.issues.nodes[] | select(.closed | not)) | del(.labels)' r.json
jq --arg want Idea -r '.data.repo.issues.nodes | map(.title) | index($want)' r.json
