#!/usr/bin/env bash
# Reads an INI file into an associative array; get, set and list.
set -euo pipefail
cat > my.ini <<'EOF'
; global comment
top = level

[server]
host = localhost
port=8080   ; inline comment
name = "quoted = value"

[client "main"]
retries =   3
empty =
# the end
EOF
declare -A ini
parse() {
    local section='' line key value
    while IFS= read -r line || [[ -n $line ]]; do
        line=${line#"${line%%[![:space:]]*}"}
        case $line in
            '' | [\;#]*) continue ;;
            \[*\]) section=${line#[}; section=${section%]}; continue ;;
        esac
        key=${line%%=*} value=${line#*=}
        key=${key%"${key##*[![:space:]]}"}
        value=${value#"${value%%[![:space:]]*}"}
        if [[ $value == \"*\"* ]]; then value=${value#\"}; value=${value%%\"*}
        else value=${value%%;*}; value=${value%"${value##*[![:space:]]}"}; fi
        ini["$section.$key"]=$value
    done < "$1"
}
get() { printf '%s\n' "${ini[$1]-<unset>}"; }
set_value() {
    local section=$1 key=$2 value=$3
    awk -v s="[$section]" -v k="$key" -v v="$value" '
        /^\[/ { if (inside && !done) { print k " = " v; done = 1 } inside = $0 == s }
        inside && $0 ~ "^" k "[ =]" { print k " = " v; done = 1; next }
        { print }
        END { if (inside && !done) print k " = " v }' my.ini > my.ini.new
    mv my.ini.new my.ini
}
parse my.ini
for k in .top server.host server.port server.name 'client "main".retries' 'client "main".empty' server.nothing; do
    printf '%s: ' "$k"; get "$k"
done
for k in "${!ini[@]}"; do echo "$k"; done | sort
set_value server port 9090
set_value server timeout 30
ini=()
parse my.ini
get server.port; get server.timeout; get server.host
sed -n '/^\[server\]/,/^\[client/p' my.ini
