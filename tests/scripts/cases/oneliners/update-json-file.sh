echo '{"a":1,"list":[1]}' > c.json; jq '.a = 2 | .list += [3]' c.json > tmp && mv tmp c.json; cat c.json
