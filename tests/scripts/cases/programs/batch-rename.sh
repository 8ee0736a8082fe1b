#!/usr/bin/env bash
# Renames photos to a scheme, with a dry run, collisions and odd names.
set -eu
mkdir photos
cd photos
touch 'IMG 001.JPG' IMG_002.jpeg 'holiday (1).png' 'already-done.jpg' 'UPPER.PNG' 'no extension' 'ünïcode.jpg' 'a.b.c.jpg'
touch 'img-001.jpg'

clean() {
    local stem=$1
    stem=${stem,,}
    stem=${stem//[ _]/-}
    stem=${stem//[()]/}
    while [[ $stem == *--* ]]; do stem=${stem//--/-}; done
    echo "$stem"
}

rename_all() {
    local dry=$1 f ext stem target n
    for f in *; do
        case $f in
            *.[jJ][pP][gG] | *.[jJ][pP][eE][gG]) ext=jpg ;;
            *.[pP][nN][gG]) ext=png ;;
            *) echo "skip    $f"; continue ;;
        esac
        stem=$(clean "${f%.*}")
        target=$stem.$ext
        [ "$f" = "$target" ] && { echo "keep    $f"; continue; }
        n=1
        while [ -e "$target" ]; do target=$stem-$n.$ext; n=$((n + 1)); done
        echo "rename  $f -> $target"
        [ "$dry" = yes ] || mv -n -- "$f" "$target"
    done
}

echo "== dry run"
rename_all yes
ls | wc -l
echo "== for real"
rename_all no
echo "== result"
ls
echo "== again"
rename_all no | grep -c '^keep'
