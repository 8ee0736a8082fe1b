echo 1 > a; cp a b; cat b; mkdir d; cp a b d; ls d
cp a d/c && cat d/c
cp d e 2>/dev/null; echo "directory without -r: $?"
cp -r d e; ls e; cp -r d e; ls e
cp a nodir/x 2>/dev/null; echo "no target folder: $?"
cp nofile x 2>/dev/null; echo "no source: $?"
cp a a 2>/dev/null; echo "onto itself: $?"
cp a b nodir 2>/dev/null; echo "many onto nothing: $?"
chmod 750 a; touch -d @1000 a; cp -p a p; stat -c '%a %Y' p; cp a q; stat -c %a q
ln -s a l; cp l copied; test -L copied || echo followed; cp -P l kept; readlink kept; cp -a d/. f; ls f
echo 2 > n; cp -n n b; cat b; cp -v n o
cp -i n b < /dev/null 2>/dev/null; cat b; cp -t d n; ls d
cp -u a n; cat n; cp --parents d/c e; ls e/d
cp -l a hard; [ a -ef hard ] && echo 'hard link'
cp -s a soft; readlink soft; cp -f n a; cat hard
