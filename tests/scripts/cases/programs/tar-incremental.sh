#!/usr/bin/env bash
# Full and incremental archives by time stamps, restored one over the other.
set -euo pipefail
mkdir -p work archives
stamp() { touch -d "@$1" "$2"; }
echo v1 > work/a; echo v1 > work/b; mkdir work/sub; echo v1 > work/sub/c
find work -exec touch -d @1000 {} +
full() { tar -czf "archives/$1.full.tgz" -C work .; stamp "$2" "archives/$1.full.tgz"; }
incremental() {
    local name=$1 since=$2 at=$3
    (cd work && find . -type f -newer "../$since" -print0 | sort -z) | tar -czf "archives/$name.incr.tgz" -C work --null -T -
    stamp "$at" "archives/$name.incr.tgz"
}
full 1 2000
echo v2 > work/b; stamp 2500 work/b
echo new > 'work/sub/with space'; stamp 2600 'work/sub/with space'
incremental 2 archives/1.full.tgz 3000
echo v3 > work/sub/c; stamp 3500 work/sub/c
incremental 3 archives/2.incr.tgz 4000
for f in archives/*; do echo "${f##*/}: $(tar -tzf "$f" | grep -v '/$' | sort | paste -sd' ')"; done
mkdir restored
for f in archives/*; do tar -xzf "$f" -C restored; done
diff -r work restored && echo "restored"
stat -c '%Y %n' restored/a restored/b restored/sub/c
mkdir middle
for f in archives/1* archives/2*; do tar -xzf "$f" -C middle; done
cat middle/b middle/sub/c
