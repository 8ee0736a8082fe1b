#!/usr/bin/env bash
# Takes raw HTTP requests apart: request line, query, headers, body by length, percent-decoding.
set -u
decode() { local s=${1//+/ }; printf '%b' "${s//%/\\x}"; }
parse() {
    local line method target version name value length=0 path query pair
    IFS= read -r line
    line=${line%$'\r'}
    read -r method target version <<< "$line"
    if ! [[ $version =~ ^HTTP/1\.[01]$ ]]; then echo "400 bad request line"; return 1; fi
    path=${target%%\?*}
    query=
    [[ $target == *\?* ]] && query=${target#*\?}
    echo "$method $(decode "$path") ($version)"
    IFS='&' read -ra pairs <<< "$query"
    for pair in "${pairs[@]}"; do
        echo "  query $(decode "${pair%%=*}") = $(decode "${pair#*=}")"
    done
    while IFS= read -r line; do
        line=${line%$'\r'}
        [ -z "$line" ] && break
        name=${line%%:*} value=${line#*:}
        value=${value# }
        echo "  header ${name,,} = $value"
        [ "${name,,}" = content-length ] && length=$value
    done
    if ((length > 0)); then
        local body
        body=$(head -c "$length")
        echo "  body (${#body}): $body"
    fi
}
printf 'GET /a%%20b/?q=x+y&lang=d%%C3%%A9&flag HTTP/1.1\r\nHost: example.org\r\nX-Empty:\r\n\r\n' | parse
printf 'POST /submit HTTP/1.0\r\nContent-Length: 11\r\nContent-Type: text/plain\r\n\r\nhello worldIGNORED' | parse
printf 'NONSENSE\r\n\r\n' | parse; echo "status $?"
printf 'PUT /x HTTP/1.1\r\nAccept: a:b:c\r\n\r\n' | parse
