shopt -s globstar nullglob
mkdir -p src/core/util tests docs/.hidden
touch src/main.c src/core/a.c src/core/util/b.c src/core/b.h tests/t.c docs/.hidden/x.c
printf '%s\n' **/*.c
echo "$(printf '%s\n' src/**/ | wc -l) folders"
for f in src/**/*.h; do echo "header $f"; done
files=(**/*.c); echo "${#files[@]} sources"
none=(**/*.rs); echo "${#none[@]} of rust"
printf '%s\n' **/util/*; shopt -s dotglob
printf '%s\n' docs/**/*.c; shopt -u globstar
echo src/**/*.c
