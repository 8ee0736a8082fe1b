printf 'hello\0world' | base64; printf 'aGVsbG8=' | base64 -d; echo
