#!/usr/bin/env bash
# Finds modes that should not be, repairs them, and shows before and after.
set -eu
mkdir -p site/{public,private,bin}
echo '<p>' > site/public/index.html
echo key > site/private/id_key
echo secret > site/private/token
printf '#!/bin/sh\necho run\n' > site/bin/run
echo data > site/bin/data.txt
chmod 777 site/public
chmod 666 site/public/index.html
chmod 644 site/private/id_key
chmod 600 site/private/token
chmod 644 site/bin/run
chmod 4755 site/bin/data.txt
ln -s ../private/token site/public/leak

report() {
    echo "world-writable: $(find site ! -type l -perm -o+w | sort | paste -sd' ')"
    echo "setuid:         $(find site -perm -4000 | sort | paste -sd' ')"
    echo "open secrets:   $(find site/private -type f -perm /077 | sort | paste -sd' ')"
    echo "links out:      $(find site/public -type l -exec sh -c 'case $(readlink "$1") in ../*) echo "$1" ;; esac' _ {} \; | sort | paste -sd' ')"
    local f
    for f in site/bin/*; do
        if [ "$(head -c 2 "$f")" = '#!' ] && ! [ -x "$f" ]; then echo "not executable: $f"; fi
        if [ "$(head -c 2 "$f")" != '#!' ] && [ -x "$f" ]; then echo "executable:     $f"; fi
    done
}
repair() {
    find site ! -type l -perm -o+w -exec chmod o-w {} +
    find site -perm -4000 -exec chmod u-s {} +
    chmod -R u=rwX,go= site/private
    find site/public -type l -delete
    chmod +x site/bin/run
    chmod a-x site/bin/data.txt
}
report
repair
echo "== after"
report
find site -printf '%m %y %p\n' | sort -k3
site/bin/run
