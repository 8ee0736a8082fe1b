#!/usr/bin/env bash
# Commits in a text file become a changelog grouped by kind, and the next version number.
set -euo pipefail
cat > commits.txt <<'EOF'
a1b2c3d feat(api): add paging to lists (#12)
b2c3d4e fix: do not crash on empty input
c3d4e5f docs: explain the limits
d4e5f6a feat!: drop the old format
e5f6a7b fix(cli): exit 2 on wrong usage (#15)
f6a7b8c chore: update tools
0a1b2c3 Merge branch 'x'
EOF
bump() {
    local major minor patch kind=$2
    IFS=. read -r major minor patch <<< "$1"
    case $kind in
        major) echo "$((major + 1)).0.0" ;;
        minor) echo "$major.$((minor + 1)).0" ;;
        patch) echo "$major.$minor.$((patch + 1))" ;;
    esac
}
level() {
    if grep -qE '^[0-9a-f]+ [a-z]+(\([a-z]+\))?!:' "$1"; then echo major
    elif grep -qE '^[0-9a-f]+ feat' "$1"; then echo minor
    else echo patch; fi
}
section() {
    local title=$1 kind=$2 body
    body=$(sed -nE "s/^([0-9a-f]+) $kind(\(([a-z]+)\))?(!?): (.*)$/\3|\5 [\1]\4/p" commits.txt |
        sed -E 's/^\|//; s/^([a-z]+)\|/**\1:** /; s/!$/ (breaking)/')
    [ -n "$body" ] || return 0
    printf '### %s\n\n' "$title"
    while IFS= read -r line; do echo "- $line"; done <<< "$body"
    echo
}
version=$(bump 1.4.2 "$(level commits.txt)")
{
    echo "## $version"
    echo
    section Features feat
    section Fixes fix
    section Performance perf
    section Documentation docs
} > CHANGELOG.md
cat CHANGELOG.md
grep -vE '^[0-9a-f]+ (feat|fix|docs)' commits.txt | wc -l
grep -oE '#[0-9]+' commits.txt | tr -d '#' | sort -n | paste -sd,
for k in patch minor major; do bump 0.9.9 "$k"; done
