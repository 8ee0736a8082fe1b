ls /no/such/dir 2>/dev/null || echo "ls said $?"
