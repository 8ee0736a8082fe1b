set -e
step() { echo "step $1"; [ "$1" != 2 ]; }
for i in 1 2 3; do step $i; done
echo never
