echo 1 > a; mv a b; ls; mkdir d; mv b d; ls d; mv d e; ls e
echo x > x; echo y > y; mv x y; cat y; mv y e/b; cat e/b
mv nofile z 2>/dev/null; echo "$?"; mkdir f
touch f/inside; mv e f; ls f f/e; mv f f/g 2>/dev/null; echo "into itself: $?"
touch p q; mv p q f; ls f; mv -n f/p f/q; ls f
echo new > f/n; echo old > f/o; mv -v f/n f/o; cat f/o
mv -b <(:) z 2>/dev/null; mkdir h; touch h/e
mv h f/e 2>/dev/null; echo $?; ls f/e; ln -s f link
mv link moved; readlink moved; mv -t f moved; ls f
touch 1 2; mv 1 2 nodir 2>/dev/null; echo $?
echo b1 > k; echo b2 > m; mv -b k m; cat m m~
mv --backup=numbered m m~; ls m*; touch s
mv s s 2>/dev/null; echo $?
