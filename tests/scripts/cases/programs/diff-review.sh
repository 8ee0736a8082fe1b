#!/usr/bin/env bash
# A change to a tree as a patch: counted, reviewed, applied elsewhere, and taken back.
set -eu
mkdir -p old/lib
printf '%s\n' 'def add(a, b):' '    return a + b' '' 'def sub(a, b):' '    return a - b' > old/lib/calc.py
printf 'name: demo\nversion: 1\n' > old/meta.yml
echo 'to be removed' > old/legacy.txt
cp -r old new
sed -i 's/^version: 1$/version: 2/' new/meta.yml
sed -i '3i\\ndef mul(a, b):\n    return a * b' new/lib/calc.py
rm new/legacy.txt
echo '# notes' > new/NOTES.md

diff -Nru old new | sed -E 's/^(---|\+\+\+) ([^\t]+)\t.*/\1 \2/' > change.patch || true
grep -E '^(---|\+\+\+)' change.patch
echo "added $(grep -c '^+[^+]' change.patch), removed $(grep -c '^-[^-]' change.patch)"
grep -c '^@@' change.patch

cp -r old checkout
(cd checkout && patch -s -E -p1 < ../change.patch)
diff -r new checkout && echo "patched tree equals the new one"
cat checkout/lib/calc.py
(cd checkout && patch -s -E -R -p1 < ../change.patch)
diff -r old checkout && echo "reverted"

echo 'version: 7' > checkout/meta.yml
if (cd checkout && patch -s -p1 --dry-run < ../change.patch > /dev/null); then echo "applies"; else echo "conflict found by the dry run"; fi
find checkout -name '*.rej' | wc -l
