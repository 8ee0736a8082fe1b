[ -n "$(hostname)" ] && echo host
[ "$(whoami)" = "$(id -un)" ] && echo consistent
[ "$(id -u)" = "$(id -u "$(whoami)")" ] && echo "same id"
id | grep -cE '^uid=[0-9]+\([a-z]+\) gid='
id -g | grep -cE '^[0-9]+$'; uname -a | wc -l
uname -n | grep -c .; nproc --all | grep -cE '^[1-9]'
nproc --ignore=1000
