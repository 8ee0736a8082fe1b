echo -n no newline; echo; echo -e 'a\tb\\c\x41\n-'
echo -E 'a\tb'; echo -ne 'x\ny\n'; echo -x -n; echo -
echo --; echo; echo 'a\tb'; echo -e 'stop\c here'; echo
echo "-n"; echo -e '\0101\e[0m' | od -An -tx1
