echo payload > file.bin
sha256sum file.bin > file.bin.sha256
sha256sum -c file.bin.sha256
echo "$(sha256sum file.bin | cut -d' ' -f1)  file.bin" | sha256sum -c --quiet && echo verified
sha1sum file.bin | wc -c; md5sum file.bin | cut -c1-8
b3sum file.bin | cut -c1-8
