GREETING=hello sh -c 'echo "$GREETING"'; echo "[${GREETING-unset}]"
