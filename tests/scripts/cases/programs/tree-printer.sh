#!/usr/bin/env bash
# Walks a folder recursively and draws it; has to agree with tree(1) and find.
set -eu
mkdir -p top/{a/deep/er,b,empty}
touch top/a/1 top/a/deep/2 top/a/deep/er/3 'top/b/with space' top/z
ln -s ../a top/b/link
dirs=0 files=0
walk() {
    local dir=$1 prefix=$2 entries=() e i last
    for e in "$dir"/*; do
        [ -e "$e" ] || [ -L "$e" ] || continue
        entries+=("$e")
    done
    last=$((${#entries[@]} - 1))
    for i in "${!entries[@]}"; do
        e=${entries[i]}
        local branch='├── ' down='│   '
        if ((i == last)); then branch='└── ' down='    '; fi
        if [ -L "$e" ]; then
            files=$((files + 1))
            printf '%s%s%s -> %s\n' "$prefix" "$branch" "${e##*/}" "$(readlink "$e")"
        elif [ -d "$e" ]; then
            dirs=$((dirs + 1))
            printf '%s%s%s\n' "$prefix" "$branch" "${e##*/}"
            walk "$e" "$prefix$down"
        else
            files=$((files + 1))
            printf '%s%s%s\n' "$prefix" "$branch" "${e##*/}"
        fi
    done
}
echo top
walk top ''
echo "$dirs directories, $files files"
{ echo top; walk top ''; } > ours
tree --noreport top | tr '\240' ' ' | sed 's/\xc2 / /g' > theirs
cmp ours theirs && echo "tree agrees"
[ "$dirs" -eq "$(($(find top -mindepth 1 -type d | wc -l) * 1))" ] || echo "find counts $(find top -mindepth 1 -type d | wc -l)"
find top -mindepth 1 ! -type d | wc -l
