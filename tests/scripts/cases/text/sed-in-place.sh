printf 'one\ntwo\n' > a; cp a b; sed -i 's/one/1/' a b; cat a b
sed -i.bak '/two/d' a; cat a a.bak; ls; chmod 640 a
sed -i 's/1/x/' a; stat -c %a a; sed -i '1i top' b
sed -n 1p b; sed -i 's/x/y/' missing; echo "missing $?"
sed 's/x' a; echo "bad script $?"; sed -s -n '1p' a b
sed -n '1p' a b; printf 'no newline' > c
sed -i 's/no/with no/' c; od -An -c c | tail -1
