test -n "$(whoami)" && id -u | grep -cE '^[0-9]+$'; hostname | grep -c .; id -un | wc -l
