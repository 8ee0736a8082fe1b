for c in jq tar no-such-tool-x; do if command -v "$c" >/dev/null 2>&1; then echo "$c: yes"; else echo "$c: no"; fi; done
