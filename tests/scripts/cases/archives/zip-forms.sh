mkdir -p d/e; echo one > d/a.txt; echo two > d/e/b.txt; printf '\0\1\2' > d/bin; chmod 755 d/a.txt
zip -q one.zip d/a.txt
unzip -l one.zip | awk 'NR == 4 {print $1, $NF}'
zip -qr all.zip d; unzip -Z1 all.zip | sort; mkdir o
unzip -q all.zip -d o; diff -r d o/d && echo equal; stat -c %a o/d/a.txt
unzip -p all.zip d/e/b.txt
unzip -qo all.zip -d o && echo overwritten
zip -qj flat.zip d/a.txt d/e/b.txt
unzip -Z1 flat.zip | sort; zip -q -d flat.zip a.txt
unzip -Z1 flat.zip; unzip -t all.zip | tail -1
unzip nofile.zip 2>/dev/null; echo "$?"
echo junk > j.zip; unzip -q j.zip 2>/dev/null; echo "$?"
unzip -q all.zip 'd/*.txt' -d p; find p -type f | sort
zip -q x.zip nofile >/dev/null 2>&1; echo "$?"
echo three > d/c; zip -qur all.zip d
unzip -Z1 all.zip | wc -l; zip -qr ex.zip d -x '*.txt'
unzip -Z1 ex.zip | sort; echo stdin | zip -q s.zip -
unzip -p s.zip
unzip -q all.zip nomember -d q 2>/dev/null; echo "$?"
zip -0q st.zip d/bin
unzip -v st.zip | awk '/bin/ {print $1, $2, $3}'
unzip -qn all.zip -d o; echo "$?"
