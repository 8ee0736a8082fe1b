printf 'abc' | sha256sum | cut -d' ' -f1; printf 'abc' | md5sum | awk '{print $1}'
