#!/usr/bin/env bash
# Lays out a small project from templates and shows what came of it.
set -euo pipefail

name=${1:-demo-app}
author="A. Person"
license=MIT

render() {
    sed -e "s/@NAME@/$name/g" -e "s/@AUTHOR@/$author/g" -e "s/@LICENSE@/$license/g"
}

mkdir -p "$name"/{src,tests,docs,.config}
cd "$name"

render > README.md <<'EOF'
# @NAME@

By @AUTHOR@, under @LICENSE@.
EOF
render > src/main.py <<'EOF'
"""@NAME@"""


def main() -> int:
    print("@NAME@ says hello")
    return 0
EOF
cat > Makefile <<'EOF'
.PHONY: test
test:
	python3 -m unittest discover tests
EOF
printf '%s\n' '__pycache__/' '*.pyc' 'dist/' > .ignore
for module in alpha beta; do
    printf 'def %s():\n    return "%s"\n' "$module" "$module" > "src/$module.py"
    printf 'from src.%s import %s\n' "$module" "$module" > "tests/test_$module.py"
done
touch docs/.keep .config/settings.toml
chmod +x src/main.py

cd ..
tree -a --noreport "$name"
find "$name" -type f -name '*.py' -exec wc -l {} + | sort -k2 | awk '{print $1, $2}'
grep -rn "$name" "$name" | sort
{ grep -rc '@' "$name" --include='*.py' || true; } | sort
find "$name" -type f -perm -u+x
tar -cf - "$name" | tar -tf - | wc -l
