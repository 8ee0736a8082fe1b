for p in /usr/lib/x.so lib/y.tar.gz z ./w/ ../v 'sp ace/f.txt'; do
    printf '%s | %s | %s | %s\n' "$(dirname "$p")" "$(basename "$p")" "$(basename "$p" .gz)" "${p##*/}"
done
script_dir=$(cd "$(dirname "$0")" && pwd); [ -f "$script_dir/$(basename "$0")" ] && echo "found myself"
dirname -z a/b c/d | tr '\0' ';'; echo; basename -s .txt -a x.txt y.txt | paste -sd' '
