ok() { return; }
false; ok; echo $?
last() { true; (exit 5); }
last; echo $?
big() { return 256; }; big; echo $?
neg() { return 300; }; neg; echo $?
if last; then echo then; else echo "else $?"; fi
