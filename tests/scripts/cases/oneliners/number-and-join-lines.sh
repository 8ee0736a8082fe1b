printf 'x\ny\nz\n' | awk '{printf "%s%s", sep, $0; sep=", "} END {print ""}'
printf 'x\ny\n' | tr '\n' ' ' | sed 's/ $/\n/'
