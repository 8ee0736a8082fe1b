cat > lib.sh <<'EOF'
lib_loaded=yes
greet() { echo "hello $1 from ${BASH_SOURCE[0]##*/}"; }
[ $# -gt 0 ] && echo "args: $*"
return 5
echo never
EOF
source ./lib.sh; echo "$? $lib_loaded"; greet world
. ./lib.sh one two; set -- outer; source ./lib.sh
source missing.sh; echo "missing: $?"; mkdir bin
echo 'echo found on PATH' > bin/pathlib
PATH=$PWD/bin:$PATH; . pathlib; echo 'exit 3' > quits
(. ./quits; echo never); echo $?
