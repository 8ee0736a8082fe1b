echo one > a; ln a b; ln -s a s; ln -s "$PWD/a" abs
mv a moved; cat b; cat s 2>/dev/null; echo "symlink $?"; cat abs 2>/dev/null; echo "absolute $?"
ln -s b a; cat s; cp -d s s2; readlink s2; cp s s3
[ -L s3 ] || echo "copy is a file"; echo two > s; cat b moved
rm b; cat moved; cat s 2>/dev/null; echo "$?"
chmod 600 moved; ln moved again; stat -c '%a %h' again
mkdir d; mv s d/; cat d/s 2>/dev/null; echo "relative to its folder $?"
ln -sf ../moved d/s; cat d/s
find . -samefile moved | sort
find . -type l ! -exec test -e {} \; -print | sort
cp -r d d2; readlink d2/s; cat d2/s; cp -rL d d3
[ -L d3/s ] || cat d3/s
tar cf - d | tar xf - -O 2>/dev/null | wc -c; rm -r d; cat moved
