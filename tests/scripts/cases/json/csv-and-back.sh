printf 'id,name\n1,Ann\n2,"Bob B"\n' > in.csv
jq -R -s -c 'split("\n") | map(select(length > 0)) | (.[0] | split(",")) as $h | .[1:] | map(split(",") | [$h, .] | transpose | map({(.[0]): (.[1] | gsub("\""; ""))}) | add)' in.csv | tee rows.json
jq -r '(.[0] | keys_unsorted) as $k | $k, (.[] | [.[$k[]]]) | @csv' rows.json
jq -r '.[] | [.id, .name] | @tsv' rows.json | while IFS=$'\t' read -r id name; do echo "$id -> $name"; done
for name in $(jq -r '.[].name | @base64' rows.json); do echo "$name" | base64 -d; echo; done
