if echo "build OK" | grep -q OK; then echo passed; else echo failed; fi
