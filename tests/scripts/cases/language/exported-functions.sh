helper() { echo "helper got $1 at level ${2:-0}"; }
export -f helper
bash -c 'helper child 1'; printf '%s\n' x y | xargs -n1 bash -c 'helper "$1" 2' _
find . -maxdepth 0 -exec bash -c 'helper "$1" 3' _ {} \;
export -nf helper; bash -c 'helper gone' 2>/dev/null; echo "$?"; (unset -f helper; helper 2>/dev/null; echo "$?")
helper still
