mkdir -p a/b/c .hid
touch a/1.txt a/b/2.txt a/b/c/3.TXT .hid/x a/b/run
printf 12345 > a/five; chmod 755 a/b/run
ln -s 1.txt a/link; : > a/empty
find . -name '*.txt' | sort
find . -iname '*.txt' | wc -l; find a -type d | sort
find a -type f -size 5c; find a -type l
find a -maxdepth 1 -type f | sort
find a -mindepth 2 -type f | sort
find . -path '*/b/*' -name '*.txt'; find a -empty | sort
find a -perm 755 -type f; find a -name '[12].txt' | sort
find a ! -name '*.*' -type f | sort
find a \( -name '1*' -o -name '2*' \) -print | sort
find a -type f -not -path '*/c/*' | wc -l
find . -name .hid -prune -o -type f -print | sort
find a -regex '.*/[0-9]\.txt' | sort
find a -name nothing; find nodir 2>/dev/null; echo "$?"
find a -newer a/1.txt -name zzz
find a -links +1 -type f; find a -lname '1*'
find a -xtype f -name link
find a -size -1c -type f | sort
find . -wholename './a/b'; find a -type f,l | wc -l
find a -executable -type f
