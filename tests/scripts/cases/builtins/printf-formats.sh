printf '%s %d %5.2f %x %X %o %c %%\n' str 42 3.14159 255 255 8 char
printf '[%5s][%-5s][%05d][%+d][% d][%.2s]\n' ab ab 42 42 42 abcdef; printf '%s-%s\n' a b c; printf '%d %s|\n'
printf '%b\n' 'tab\there \x41 \0101 \\'
printf '%q %q %q\n' 'a b' "it's" ''
printf '\x41\101\u00e9\n'
printf '%*d|%-*d|\n' 5 42 5 42
printf '%e %g %g\n' 12345.678 0.0001 1000000
printf '%s\n' "${arr[@]}"
printf '%d %d %d\n' "'A" 0x1f 010; printf '%i\n' -7
printf -- '-%s\n' dash
printf '%.3d %#x %#o\n' 5 255 8; printf 'no newline'
echo; printf '%5.1f|%-8.3f|\n' 2.25 1.5
printf '%s\0' a b | od -An -c
