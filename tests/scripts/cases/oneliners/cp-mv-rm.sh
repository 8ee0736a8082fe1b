echo 1 > a; cp a b; mv b c; rm a; ls; cat c; rm -f not-there; echo $?
