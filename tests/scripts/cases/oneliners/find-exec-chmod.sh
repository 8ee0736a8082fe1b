touch a.sh b.sh c.txt; find . -name '*.sh' -exec chmod +x {} \; ; find . -type f -perm -u+x | sort
