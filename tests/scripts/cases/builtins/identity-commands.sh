[ "$(whoami)" = "$(id -un)" ] && echo "whoami is id -un"
[ "$(id -u)" -eq "$(id -ru)" ] && echo "real is effective"
id -nG | tr ' ' '\n' | grep -cx "$(id -gn)"; id -G | grep -cE '^[0-9]+( [0-9]+)*$'
id no-such-user-here 2>/dev/null; echo "$?"; whoami extra 2>/dev/null; echo "$?"
[ "$EUID" -eq "$(id -u)" ] && [ "$UID" -eq "$(id -ru)" ] && echo "bash agrees"
[ "$(hostname)" = "$(uname -n)" ] && echo "hostname is uname -n"
[ "$HOSTNAME" = "$(hostname)" ] && echo "and bash knows it"
n=$(nproc); ((n >= 1)) && [ "$(nproc --ignore=$((n + 5)))" -eq 1 ] && echo "at least one processor"
uname -s -m | wc -w; uname -x 2>/dev/null; echo "$?"; touch mine; [ -O mine ] && [ -G mine ] && echo "my file"
