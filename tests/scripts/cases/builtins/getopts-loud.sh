while getopts 'ab:' o -a -b 1 -c; do echo "$o ${OPTARG-}"; done
echo "ended, OPTIND $OPTIND"; set -- -b; OPTIND=1
getopts 'b:' o; echo "$? $o"
