expr 2 + 3; expr 7 / 2; expr 7 % 3; expr 3 \* 4
expr 2 - 5; expr \( 1 + 2 \) \* 3; expr 5 \> 3
expr 5 \< 3; echo "$?"; expr abc = abc
expr length hello; expr substr hello 2 3
expr index hello l; expr match hello 'h.*l'
expr hello : 'h\(.*\)o'; expr abc : x; echo "$?"; expr 0; echo "$?"
expr ''; echo "$?"; expr 1 \| 0; expr 0 \& 5
expr 1 / 0 2>/dev/null; echo "$?"
expr a + 1 2>/dev/null; echo "$?"; expr 2>/dev/null; echo "$?"
expr 1 + 2>/dev/null; echo "$?"; expr + length
expr 10 \>= 9; expr b \> a; expr -3 + 5
expr 99999999999999999999 + 1; x=3; x=$(expr $x + 1)
echo "$x"; expr 1 != 2; expr path/to/file : '.*/\(.*\)'
