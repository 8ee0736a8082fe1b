exec 3> log; echo first >&3; echo second >&3; exec 3>&-; cat log
exec 4< log; read -r a <&4; read -r b <&4; echo "$b $a"; exec 4<&-
exec 5<> rw; echo data >&5; exec 5>&-; cat rw
(echo x >&9) 2>/dev/null; echo "closed fd: $?"
exec {fd}> auto; echo auto >&"$fd"; exec {fd}>&-; cat auto; [ "$fd" -ge 10 ] && echo "fd from 10 up"
exec 6>&1 > hidden; echo "goes to the file"; exec >&6 6>&-; echo "back"; cat hidden
