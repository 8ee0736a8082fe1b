parse() {
    local OPTIND=1 opt verbose=0 out= level=1
    while getopts ':vo:l:h' opt; do
        case $opt in
            v) verbose=$((verbose + 1)) ;;
            o) out=$OPTARG ;;
            l) level=$OPTARG ;;
            h) echo usage; return 0 ;;
            :) echo "option -$OPTARG needs a value"; return 2 ;;
            \?) echo "unknown option -$OPTARG"; return 2 ;;
        esac
    done
    shift $((OPTIND - 1)); echo "v=$verbose out=$out level=$level rest=[$*] n=$#"
}
parse -vv -o file -l5 a 'b c'; parse -vofile -- -x
parse; parse -o; echo $?; parse -z; echo $?; parse x -v
parse -h
