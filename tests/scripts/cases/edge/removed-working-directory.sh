mkdir gone; cd gone; rmdir ../gone
ls; echo "ls $?"; touch z 2>/dev/null; echo "touch $?"
mkdir sub 2>/dev/null; echo "mkdir $?"
cd .. && ls -A && echo "back"
