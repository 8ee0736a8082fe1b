set -e
false | cat; echo "the last command decides"
set -o pipefail
true | false | true || echo "pipefail seen"
echo x | grep -q y
echo never
