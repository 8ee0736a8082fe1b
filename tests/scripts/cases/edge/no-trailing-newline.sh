printf 'a\nb' > n
for c in \
    'cat n' 'head -2 n' 'tail -1 n' 'sort -r n' 'uniq n' 'cut -c1 n' 'sed s/b/c/ n' 'awk 1 n' \
    'grep b n' 'tac n' 'rev n' 'nl n' 'paste n n' 'fold n' 'wc -l n' 'comm n n' 'tr b c < n' \
    'sed -n $= n' 'sed $d n' 'sed p n' 'expand n' 'xargs < n' 'tee < n' 'join n n' 'cat n n' \
    'head -c 3 n' 'split -l1 n x && cat xab' 'while read -r l; do echo "[$l]"; done < n' \
    'mapfile -t m < n; echo ${#m[@]}' 'sort -o n n; cat n' 'dd if=n 2>/dev/null' \
    'diff n <(cat n; echo)' 'cmp n n'; do
    printf '== %s\n' "$c"; eval "$c" | od -An -c
done
