level() {
    case $1 in
        full) printf 'c' ;&
        half) printf 'b' ;&
        min) printf 'a' ;;
        *) printf '?' ;;
    esac
    echo
}
level full; level half; level min; level x
describe() {
    local out=
    case $1 in
        *[0-9]*) out+='digit ' ;;&
        *[a-z]*) out+='lower ' ;;&
        *[A-Z]*) out+='upper ' ;;&
        ????*) out+='long' ;;
        *) out+='other' ;;
    esac
    echo "$1: $out"
}
describe a1; describe ABCd; describe 7; describe ''
