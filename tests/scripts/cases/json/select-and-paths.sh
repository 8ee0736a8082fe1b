cat > d.json <<'EOF'
{"users": [{"name": "ann", "age": 30, "tags": ["a", "b"]}, {"name": "bob", "age": 25, "tags": []}], "meta": {"total": 2, "next": null}}
EOF
jq . d.json
jq -c '.users[]' d.json
jq -r '.users[0].name, .users[-1].name' d.json
jq '.meta.total, .meta["next"], .nope, .users[9]' d.json
jq -c '[.users[] | {name, n: (.tags | length)}]' d.json
jq -c '.users | map(select(.age > 26)) | length' d.json
jq -r '.users[] | "\(.name) is \(.age)"' d.json
jq -c 'keys, (.meta | to_entries)' d.json
jq -c '.users[0] | del(.tags)' d.json
jq -c '[paths | map(tostring) | join("/")] | .[0:4]' d.json
jq -c '.users[].tags[1]?' d.json
jq -e '.meta.next' d.json >/dev/null; echo "null with -e: $?"
