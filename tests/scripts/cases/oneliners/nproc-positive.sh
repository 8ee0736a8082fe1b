[ "$(nproc)" -ge 1 ] && echo "some cores"
