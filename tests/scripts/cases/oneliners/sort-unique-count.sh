printf 'b\na\nb\n' | sort -u; printf 'b\na\nb\n' | sort | uniq -d
