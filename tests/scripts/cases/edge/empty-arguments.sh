cat '' 2>/dev/null; echo "cat $?"
ls '' 2>/dev/null; echo "ls $?"
cd ''; echo "cd $?"
mkdir '' 2>/dev/null; echo "mkdir $?"
rm '' 2>/dev/null; echo "rm $?"; rm -f ''; echo "rm -f $?"
touch '' 2>/dev/null; echo "touch $?"
grep '' /dev/null; echo "grep $?"; echo x | grep ''; echo x | grep -F ''; echo x | grep -c -e '' -e y
echo "[$(printf '%s' '')]"; printf '[%s][%d]\n' '' ''; [ '' ]; echo "test $?"; expr '' = ''
sed '' <<< line; awk '' <<< line; echo "awk $?"
tr '' x <<< a 2>/dev/null; echo "tr $?"
bash '' 2>/dev/null; echo "bash $?"; '' 2>/dev/null; echo "empty command $?"
find '' 2>/dev/null; echo "find $?"; echo a > ''; echo "redirect $?"; cp '' x 2>/dev/null; echo "cp $?"; ls
