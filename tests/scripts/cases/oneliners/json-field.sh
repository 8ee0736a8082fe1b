echo '{"name":"belljar","version":"1.2.3","deps":["a","b"]}' | jq -r '.version'
