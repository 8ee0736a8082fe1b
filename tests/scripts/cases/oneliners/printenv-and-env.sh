A=1 printenv A; printenv TZ LANG
env -i PATH="$PATH" X=2 printenv X
env A=3 B=4 sh -c 'echo $((A + B))'; printenv MISSING || echo "none: $?"
env | cut -d= -f1 | grep -xE 'TZ|LANG|LC_ALL' | sort
