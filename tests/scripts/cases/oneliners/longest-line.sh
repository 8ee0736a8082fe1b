printf 'aa\nbbbb\nc\n' | awk 'length > m {m = length; l = $0} END {print m, l}'
printf 'aa\nbbbb\nc\n' | wc -L
