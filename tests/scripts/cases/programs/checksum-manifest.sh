#!/usr/bin/env bash
# A manifest of a tree: made, checked, broken in four ways and reported.
set -u
mkdir -p tree/a/b tree/c
echo one > tree/1
echo two > tree/a/2
printf '\0\1\2' > tree/a/b/bin
: > tree/c/empty
echo spaced > 'tree/c/with space'
make_manifest() { (cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum); }
make_manifest tree > MANIFEST
wc -l < MANIFEST
cut -c1-8,65- MANIFEST
(cd tree && sha256sum --quiet -c ../MANIFEST) && echo "verified"

echo changed > tree/1
rm tree/a/2
echo extra > tree/c/new
mv tree/c/empty tree/c/moved
make_manifest tree > NOW
report() {
    local old new
    old=$(mktemp ./old.XXXX) new=$(mktemp ./new.XXXX)
    awk '{h = $1; sub(/^[^ ]+  /, ""); print $0 "\t" h}' MANIFEST | sort > "$old"
    awk '{h = $1; sub(/^[^ ]+  /, ""); print $0 "\t" h}' NOW | sort > "$new"
    join -t $'\t' -a1 -a2 -e none -o 0,1.2,2.2 "$old" "$new" | while IFS=$'\t' read -r name was is; do
        if [ "$was" = none ]; then echo "added    $name"
        elif [ "$is" = none ]; then echo "removed  $name"
        elif [ "$was" != "$is" ]; then echo "changed  $name"
        fi
    done
    rm "$old" "$new"
}
report
(cd tree && sha256sum -c ../MANIFEST 2> /dev/null) | grep -v ': OK$'
echo "check says ${PIPESTATUS[0]}"
ls
