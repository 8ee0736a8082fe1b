echo x >&-; echo "closed stdout: $?"; cat < /dev/null >&-; echo "$?"
echo hi | cat <&-  2>/dev/null; echo "closed stdin: $?"; (exec >&-; echo lost 2>/dev/null; echo "$?" >&2) 2>&1
{ echo kept; } 2>&-; ls nothing 2>&-; echo "$?"
seq 100000 2>/dev/null | true; echo "${PIPESTATUS[*]}"
bash -c 'exec 1>&-; pwd' 2>/dev/null; echo "$?"
bash -c 'read -r x <&-' 2>/dev/null; echo "$?"
