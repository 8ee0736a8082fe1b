#!/usr/bin/env bash
# Defaults, a file and the environment merged into one JSON, later ones winning, with validation.
set -uo pipefail
cat > defaults.json <<'EOF'
{"server": {"host": "localhost", "port": 80, "tls": false}, "log": {"level": "info"}, "plugins": ["core"]}
EOF
cat > user.json <<'EOF'
{"server": {"port": 8080}, "plugins": ["core", "extra"]}
EOF
from_env() {
    env | grep '^APP__' | sort | while IFS='=' read -r key value; do
        jq -n -c --arg k "${key#APP__}" --arg v "$value" '
            ($k | ascii_downcase | split("__")) as $path
            | ($v | if test("^[0-9]+$") then tonumber elif . == "true" then true elif . == "false" then false else . end) as $value
            | null | setpath($path; $value)'
    done | jq -s 'reduce .[] as $x ({}; . * $x)'
}
merged() { jq -s '.[0] * .[1] * .[2]' defaults.json user.json <(from_env); }
validate() {
    jq -r '
        [ (if (.server.port | type) != "number" then "port is not a number" elif .server.port > 65535 then "port is too large" else empty end),
          (if (.log.level | IN("debug", "info", "error") | not) then "unknown level \(.log.level)" else empty end) ]
        | if length == 0 then "valid" else join("; ") end'
}
export APP__SERVER__TLS=true APP__LOG__LEVEL=debug
merged | jq -S .
merged | validate
APP__SERVER__PORT=99999 APP__LOG__LEVEL=loud merged | validate
APP__SERVER__PORT=abc merged | validate
merged | jq -r '.server | to_entries[] | "SERVER_\(.key | ascii_upcase)=\(.value)"' | sort
jq -n -c --slurpfile a defaults.json --slurpfile b <(merged) '[$b[0] | paths(scalars) as $p | select(getpath($p) != ($a[0] | getpath($p))) | $p | map(tostring) | join(".")]'
