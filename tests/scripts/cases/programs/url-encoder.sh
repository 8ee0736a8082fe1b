#!/usr/bin/env bash
# Percent-encoding by bytes, and back, for text in several scripts.
encode() {
    local LC_ALL=C s=$1 out= c i
    for ((i = 0; i < ${#s}; i++)); do
        c=${s:i:1}
        case $c in
            [a-zA-Z0-9.~_-]) out+=$c ;;
            *) printf -v c '%%%02X' "'$c"; out+=${c/FFFFFFFFFFFFFF/} ;;
        esac
    done
    echo "$out"
}
decode() { printf '%b\n' "${1//%/\\x}"; }
by_tools() { printf '%s' "$1" | od -An -tx1 -v | tr -d ' \n' | sed 's/../%&/g' | tr a-f A-F; echo; }
for s in plain 'two words' 'a&b=c/d?e' '100%' 'naïve' '日本' '~user_name-1.0' ''; do
    e=$(encode "$s")
    d=$(decode "$e")
    [ "$d" = "$s" ] && verdict=ok || verdict="WRONG $d"
    printf '%s -> %s %s\n' "$s" "$e" "$verdict"
done
by_tools 'é&'
jq -rn --arg s 'a b/ü' '$s | @uri'
