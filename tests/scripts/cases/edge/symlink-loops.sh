ln -s b a; ln -s a b; ln -s self self
cat a 2>/dev/null; echo "cat $?"; cd a 2>/dev/null; echo "cd $?"
[ -e a ]; echo "exists $?"; [ -L a ]; echo "link $?"; readlink a; readlink -f a; echo "readlink -f $?"
realpath a 2>/dev/null; echo "realpath $?"; ls -l a | awk '{print $NF}'; ls a/ 2>/dev/null; echo "ls $?"
touch a 2>/dev/null; echo "touch $?"
echo x > self 2>/dev/null; echo "write $?"; stat -L a 2>/dev/null; echo "stat $?"
cp a c 2>/dev/null; echo "cp $?"; mkdir d; ln -s .. d/up
find . -type l | sort
find -L d -maxdepth 1 >/dev/null 2>&1; echo "find -L $?"; ls d/up/d/up/d
cat d/up/d/up/nofile 2>/dev/null; echo "through $?"
grep -r x .; echo "grep $?"; rm a b self; ls
tar cf t.tar d && tar tf t.tar; du -s d > /dev/null; echo "du $?"
i=0; p=d; while ((i < 15)); do p=$p/up/d; ((++i)); done
[ -d "$p" ] && echo 'deep but no loop'
while ((i < 60)); do p=$p/up/d; ((++i)); done
[ -d "$p" ] || echo 'too many links'
ln -s nothing dangle; cat dangle 2>/dev/null; echo "dangling $?"
echo made > dangle; cat nothing; ln -sf dangle dangle2; cat dangle2
rm nothing; [ -e dangle2 ] || echo 'broken again'
