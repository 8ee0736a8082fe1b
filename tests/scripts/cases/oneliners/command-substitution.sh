n=$(printf 'a\nb\nc\n' | wc -l); echo "there are $n lines"; echo "nested $(echo "in $(echo deep)")"
