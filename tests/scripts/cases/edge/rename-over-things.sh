echo a > a; echo b > b; mv a b; cat b; mkdir d e
touch e/x; mv b d 2>/dev/null && ls d; mv d e; ls e
mkdir d; touch d/y; mv -T d e/d 2>/dev/null; echo "onto a folder that is not empty $?"
mkdir z; mv -T z e/z; ls e; touch f
mv -T f d 2>/dev/null; echo "file onto folder $?"
mv -T d f 2>/dev/null; echo "folder onto file $?"
echo open > g; exec 3< g; echo new > h; mv h g; cat <&3; cat g
exec 3<&-; ln g hard; mv g hard; ls; mkdir -p p/q/r
mv p/q/r .; ls p/q | wc -l; mv p/q p/s; ls p
for i in 1 2 3; do echo "$i" > "n$i"; done; mv n3 n4
mv n2 n3; mv n1 n2; cat n2 n3 n4 | xargs; mv n2 n3 n4 p; ls p
