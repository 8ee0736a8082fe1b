printf 'x\ny "z"\n' | jq -R . | jq -s -c .
printf 'k1=v1\nk2=v2\n' | jq -R 'split("=") | {(.[0]): .[1]}' | jq -s -c add
