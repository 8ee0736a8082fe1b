echo '{"name":"app","scripts":{"test":"jest","build":"tsc -p ."}}' > package.json
jq -r '.scripts | to_entries[] | "\(.key)\t\(.value)"' package.json
jq -e '.scripts.lint' package.json >/dev/null || echo "no lint script"
