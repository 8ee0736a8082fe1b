kind() {
    case $1 in
        '') echo empty ;;
        -h | --help) echo help ;;
        --*=*) echo "option ${1%%=*} value ${1#*=}" ;;
        -[a-z]) echo "short ${1#-}" ;;
        [0-9]*) echo number ;;
        *.tar.gz | *.tgz) echo tarball ;;
        "*") echo "a star" ;;
        [!a-z]*) echo "not a lower case start" ;;
        *) echo "word $1" ;;
    esac
}
kind ''; kind --help; kind --level=3; kind -v; kind 42; kind x.tar.gz; kind '*'; kind Hello; kind hello
