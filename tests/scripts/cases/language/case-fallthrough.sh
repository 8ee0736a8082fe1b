for x in a b c d; do
    printf '%s:' "$x"
    case $x in
        a) printf ' one' ;&
        b) printf ' two' ;;
        c) printf ' three' ;;&
        [c-d]) printf ' range' ;;
        *) printf ' never' ;;
    esac
    echo
done
