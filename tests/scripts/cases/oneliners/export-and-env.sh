export APP_MODE=test APP_PORT=1; env | grep '^APP_' | sort
