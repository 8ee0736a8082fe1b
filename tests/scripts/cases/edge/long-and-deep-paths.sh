n=$(printf 'n%.0s' {1..255})
touch "$n" && ls | head -c 10; echo
touch "${n}x" 2>/dev/null; echo "256 characters: $?"
p=.; for i in {1..40}; do p=$p/deep$i; done
mkdir -p "$p" && echo bottom > "$p/f"; cat "$p/f"
find . -type d | wc -l
find . -name f | tr -cd / | wc -c
(cd "$p" && basename "$PWD" && cd ../.. && basename "$PWD")
cp -r deep1 copy; find copy -type f | wc -l
rm -r deep1 copy; ls | wc -l; mkdir -p a/./b/../b//c/; ls a/b; ls a/../a/b
cd a//b; pwd | grep -c '//'; cd ../..; ls -d ./a/./b/ a//b
