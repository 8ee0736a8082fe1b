touch $'two\nlines' plain $'\ttab' $'trail\n'
ls | wc -l; ls -b; ls -q; ls --quoting-style=shell-escape
find . -type f -print0 | tr -cd '\0' | wc -c
for f in *; do printf '%q\n' "$f"; done
find . -type f -print0 | sort -z | xargs -0 -n1 sh -c 'printf "%s|" "$1" | tr "\n" "+"' _
echo; cp $'two\nlines' copy; mv $'trail\n' fixed
find . -name $'*\n*' | wc -l; tar c . | tar t | sort
rm $'two\nlines'; ls | wc -l
printf '%s\0' * | xargs -0 printf '[%s]'; echo; stat -c %n $'\ttab' | od -An -c
mkdir $'d\nd' && cd $'d\nd' && touch in && ls && cd .. && rm -r d*; ls | wc -l
