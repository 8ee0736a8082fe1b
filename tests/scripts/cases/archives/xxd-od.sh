printf 'Hello, World!\n\0\1\377abc' > f; xxd f; xxd -p f
xxd -l 5 f; xxd -s 7 -l 5 f; xxd -c 8 f; xxd -u -p f
xxd -i -l 4 f; xxd -b -l 2 f
xxd -p f | xxd -r -p | cmp - f && echo 'plain round trip'
xxd f | xxd -r | cmp - f && echo 'dump round trip'
echo '0: 4142 43' | xxd -r; echo; xxd -g1 -l4 f
xxd nofile 2>/dev/null; echo "$?"
od f; od -c f; od -An -tx1 f; od -Ax -tx1 f; od -Ad -tu1 -N4 f
od -An -td2 -N4 --endian=little f; od -An -tx4 --endian=big -N4 f; od -j7 -N5 -c f
od -An -to1 -N3 f; od -v -An -tx1 <(head -c 40 /dev/zero)
od -An -tx1 <(head -c 40 /dev/zero); od -b -N2 f; od -x -N2 --endian=little f
od -An -ta -N14 f; od -w8 -An -tx1 f; od nofile 2>/dev/null; echo "$?"; od -An -tx1z -N5 f
