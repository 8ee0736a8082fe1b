touch a.txt b.txt c.md .hidden 'sp ace.txt' '[x].txt' a1 a2 a10
echo *.txt; echo ?.txt; echo [ab].txt; echo [!a]*.md; echo a[0-9]; echo a[[:digit:]]*; echo .h*
echo no-match-*; shopt -s nullglob; echo no-match-* end; shopt -u nullglob
echo "*.txt" '*.md' \*; echo '[x]'*; v='*.md'; echo $v; echo "$v"
shopt -s dotglob; echo *den; shopt -u dotglob
set -f; echo *.txt; set +f
for f in *.txt; do echo "<$f>"; done
(shopt -s failglob; echo no-match-*; echo "not reached") 2>/dev/null; echo "failglob $?"
