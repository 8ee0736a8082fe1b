head -c 16M /dev/zero | tr '\0' 'A' | sha256sum | cut -c1-16
