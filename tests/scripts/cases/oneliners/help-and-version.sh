for c in ls cat sort grep sed tar find xargs diff; do $c --version >/dev/null 2>&1 && $c --help >/dev/null 2>&1 && printf '%s ' "$c"; done
echo; ls --no-such-option 2>/dev/null; echo $?
sort --bad 2>/dev/null; echo $?
grep --bad x 2>/dev/null; echo $?
