#!/usr/bin/env bash
# A small tool with options, usage, validation and exit codes, called in several ways.
cat > greet.sh <<'EOF'
#!/usr/bin/env bash
set -u
usage() {
    cat <<USAGE
usage: ${0##*/} [-h] [-c count] [-u] [-s separator] name...
USAGE
}
count=1 upper=no separator=' '
while getopts ':hc:us:' opt; do
    case $opt in
        h) usage; exit 0 ;;
        c)
            if ! [[ $OPTARG =~ ^[1-9][0-9]*$ ]]; then
                echo "${0##*/}: count must be a positive number: $OPTARG" >&2
                exit 64
            fi
            count=$OPTARG
            ;;
        u) upper=yes ;;
        s) separator=$OPTARG ;;
        :) echo "${0##*/}: -$OPTARG needs a value" >&2; usage >&2; exit 64 ;;
        *) echo "${0##*/}: unknown option -$OPTARG" >&2; usage >&2; exit 64 ;;
    esac
done
shift $((OPTIND - 1))
if [ $# -eq 0 ]; then
    usage >&2
    exit 64
fi
for name in "$@"; do
    line=
    for ((i = 0; i < count; i++)); do line+="${line:+$separator}hello"; done
    [ "$upper" = yes ] && line=${line^^}
    printf '%s, %s\n' "$line" "$name"
done
EOF
chmod +x greet.sh
run() { echo "\$ greet.sh $*"; ./greet.sh "$@" 2>err; local s=$?; echo "-> $s, $(wc -l < err) lines of errors"; }
run World
run -c 3 -u Ann 'Bob B.'
run -c2 -s - -- -dash
run -h
run
run -c
run -c zero x
run -z
run -us/ -c 2 x
