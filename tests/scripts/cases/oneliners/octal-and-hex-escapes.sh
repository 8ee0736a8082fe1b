printf '\110\145\154\154\157\n'; echo $'\x48\x69'
printf '%b' '\x41\n'; printf '%x\n' 48879
printf 'beef' | xxd -r -p | od -An -tx1
echo 48656c6c6f | xxd -r -p; echo
