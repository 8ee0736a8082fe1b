#!/usr/bin/env bash
# Fills ${NAME} and ${NAME:-default} in a template from an env file; what is unset is an error.
set -u
cat > prod.env <<'EOF'
# comment
HOST=example.org
PORT=8443

NAME="The Service"
DEBUG=
EOF
cat > app.tmpl <<'EOF'
server = ${HOST}:${PORT}
name = ${NAME}
debug = ${DEBUG:-off}
workers = ${WORKERS:-4}
literal = $5 and 100%
EOF

load() {
    local line key value
    while IFS= read -r line || [ -n "$line" ]; do
        [[ $line =~ ^[[:space:]]*(#|$) ]] && continue
        key=${line%%=*} value=${line#*=}
        value=${value#\"} value=${value%\"}
        declare -g "$key=$value"
    done < "$1"
}

render() {
    local line out name default missing=0
    while IFS= read -r line; do
        out=
        while [[ $line =~ ^([^$]*)\$\{([A-Z_]+)(:-([^}]*))?\}(.*)$ ]]; do
            out+=${BASH_REMATCH[1]} name=${BASH_REMATCH[2]} default=${BASH_REMATCH[4]} line=${BASH_REMATCH[5]}
            if [ -n "${!name-}" ]; then out+=${!name}
            elif [ -n "$default" ]; then out+=$default
            else echo "unset: $name" >&2; missing=1; fi
        done
        printf '%s\n' "$out$line"
    done < "$1"
    return "$missing"
}

load prod.env
render app.tmpl > app.conf && cat app.conf
echo 'secret = ${SECRET}' >> app.tmpl
if render app.tmpl > app2.conf 2> missing; then echo "should have failed"; else echo "refused: $(cat missing)"; fi
diff app.conf app2.conf
while IFS='= ' read -r key value; do printf '%-8s -> %s\n' "$key" "$value"; done < app.conf
