set -eE
trap 'echo "failed: $BASH_COMMAND"' ERR; trap 'echo "leaving with $?"' EXIT
ok() { echo "in ok"; }; bad() { echo "in bad"; grep -q x /dev/null; echo never; }
ok; bad
