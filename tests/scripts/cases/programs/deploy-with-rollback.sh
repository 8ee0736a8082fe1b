#!/usr/bin/env bash
# Releases in folders, a symlink to the current one switched atomically, a health check, a rollback.
set -u
mkdir -p releases shared
echo 'user data' > shared/db

make_release() {
    local version=$1 healthy=$2
    mkdir "releases/$version"
    echo "$version" > "releases/$version/VERSION"
    ln -s ../../shared/db "releases/$version/db"
    printf '#!/bin/sh\nexit %d\n' "$healthy" > "releases/$version/health"
    chmod +x "releases/$version/health"
}
activate() {
    ln -sfn "releases/$1" current.new
    mv -T current.new current
}
deploy() {
    local previous=
    [ -L current ] && previous=$(basename "$(readlink current)")
    activate "$1"
    local s=0
    ./current/health || s=$?
    if [ "$s" = 0 ]; then
        echo "deployed $1"
        return 0
    fi
    if [ -n "$previous" ]; then
        activate "$previous"
        echo "health check of $1 failed with $s, back to $previous"
    else
        rm current
        echo "health check of $1 failed with $s, nothing to go back to"
    fi
    return 1
}
make_release 0.9 2
deploy 0.9; echo "-> $?"
make_release 1.0 0
deploy 1.0; echo "-> $?"
make_release 1.1 0
deploy 1.1
make_release 2.0 3
deploy 2.0; echo "-> $?"
cat current/VERSION current/db
readlink current
ls releases
# Keeps the newest two besides the current.
for r in $(ls releases | sort -V | head -n -2); do
    [ "$(readlink current)" = "releases/$r" ] || { rm -r "releases/$r"; echo "removed $r"; }
done
find . -type l | sort
cat current/db
