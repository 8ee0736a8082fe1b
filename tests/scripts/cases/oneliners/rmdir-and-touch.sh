mkdir -p a/b/c && rmdir -p a/b/c && ls | wc -l
mkdir x && touch x/f
rmdir x 2>/dev/null || echo "not empty"
rm x/f && rmdir x && echo removed
touch new && [ -f new ] && [ ! -s new ] && echo "empty file"
