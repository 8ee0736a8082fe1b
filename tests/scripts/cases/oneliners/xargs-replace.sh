printf 'a\nb\n' | xargs -I{} sh -c 'echo "item {}" > {}.txt'; cat a.txt b.txt
