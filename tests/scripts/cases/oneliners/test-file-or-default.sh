[ -f config.json ] && cat config.json || echo "no config"
