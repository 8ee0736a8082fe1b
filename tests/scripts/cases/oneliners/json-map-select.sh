echo '[{"n":"a","ok":true},{"n":"b","ok":false},{"n":"c","ok":true}]' | jq -r '.[] | select(.ok) | .n'
