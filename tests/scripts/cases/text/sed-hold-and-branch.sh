seq 5 | sed -n '1!G; h; $p' | xargs
printf 'a\nb\nc\nd\n' | sed 'N; s/\n/ /'
printf 'line one \\\ncontinued \\\nend\nother\n' | sed -e ':a' -e '/\\$/N; s/ \\\n/ /; ta'
printf '%s\n' 1234567 | sed -E ':a; s/^([0-9]+)([0-9]{3})/\1,\2/; ta'
printf 'a\n\n\n\nb\n' | sed '/^$/N; /\n$/D'
printf 'x\ny\nz\n' | sed ':a; N; $!ba; s/\n/,/g'
printf 'one\ntwo\n' | sed 'x; 1d; G'
seq 6 | sed -n 'h; n; G; p' | xargs
printf 'k1\nv1\nk2\nv2\n' | sed -n '/^k/{h; n; H; x; s/\n/=/; p}'
echo aXbXc | sed 's/X/-/; T; s/a/A/'
printf 'b\n' | sed '/a/b end; s/b/not a/; :end'
printf 'begin\nin\nend\nout\n' | sed '/begin/,/end/{/begin/n; /end/!d}'
