mkdir -p a/b 'sp ace'; top=$PWD
cd a/b && cd - >/dev/null && [ "$PWD" = "$top" ] && echo back
cd 'sp ace' && basename "$PWD"; cd ..; ln -s a/b link
cd link; basename "$PWD"; basename "$(pwd -P)"; cd ..
[ "$PWD" = "$top" ] && echo logical
cd link && cd -P .. && basename "$PWD"; cd "$top"
cd nowhere 2>/dev/null; echo $?; cd a b 2>/dev/null; echo $?
CDPATH=a; cd b >/dev/null && basename "$PWD"; HOME=$top
cd; [ "$PWD" = "$top" ] && echo home; pushd a >/dev/null
pushd b >/dev/null; dirs | wc -w; popd >/dev/null
basename "$PWD"
