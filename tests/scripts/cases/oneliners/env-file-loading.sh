printf '# settings\nAPI_HOST=example.org\nAPI_PORT=99\n' > .env
set -a; . ./.env; set +a
sh -c 'echo "$API_HOST:$API_PORT"'
export $(grep -v '^#' .env | xargs)
env | grep -c '^API_'
