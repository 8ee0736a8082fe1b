f=${1:-input.txt}; echo "using $f"; [ -r "$f" ] || { echo "cannot read $f" >&2; exit 66; }
