printf 'a  \n\n  b\t\n\n' | sed -e 's/[[:space:]]*$//' -e '/^$/d' | cat -A
