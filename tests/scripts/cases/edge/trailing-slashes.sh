mkdir d; echo x > f; ln -s d l; ln -s f fl
ls -d d/; ls -d l/; cat f/ 2>/dev/null; echo "file with a slash: $?"
[ -f f/ ]; echo "test: $?"
[ -d l/ ] && echo "link to a folder"
cp f d/; ls d; cp f nodir/ 2>/dev/null; echo "cp: $?"
mv f d/ && ls d; mv d/f f/ 2>/dev/null; echo "mv: $?"
mkdir n/ && ls -d n; rmdir n/; touch t/ 2>/dev/null; echo "touch: $?"
mv d/f ./
mv l/ l2 2>/dev/null || echo "mv of a link with a slash fails"
rm l/ 2>/dev/null; echo "rm: $?"; basename d/
dirname d//e//; ln -s x y/ 2>/dev/null; echo "ln: $?"; readlink l/; echo "readlink: $?"
rmdir d/; [ -L l ] && echo "link stays"
cd l 2>/dev/null; echo "cd: $?"
