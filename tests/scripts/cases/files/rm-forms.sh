touch a b c; rm a; ls; rm a 2>/dev/null; echo "$?"
rm -f a; echo "$?"; mkdir d; touch d/x; rm d 2>/dev/null; echo "$?"
rm -r d; ls; mkdir e; rm -d e; ls; mkdir -p f/g/h
touch f/g/i; rm -rf f; ls; rm -v b; rm; echo "$?"; rm -f; echo "$?"
ln -s c l; rm l; ls; mkdir m; touch m/n; ln -s m ml
rm -r ml; ls; rm -rf ./m/; touch -- -dash; rm -- -dash
touch ./-d2; rm ./-d2; rm -r . 2>/dev/null; echo "$?"
rm -ri c < /dev/null 2>/dev/null; ls; mkdir -p z/y
rm -rv z; echo y | rm -i c 2>/dev/null; ls
rmdir nodir 2>/dev/null; echo $?; rm -rf nope nada; echo $?
