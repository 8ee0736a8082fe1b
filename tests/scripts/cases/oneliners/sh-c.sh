sh -c 'echo "$0 got $# args: $*"' name one "two three"
