s="  a  b	c
d "; set -- $s; echo "$#: $1 $4"
IFS=,; s="x,,y, z"; set -- $s; echo "$#"; printf '[%s]' "$@"; echo
IFS=; set -- $s; echo "$#"; unset IFS
f() { echo $#; }; e=; f $e; f "$e"; f $e"" ; f "${nope[@]}"; f x${nope}y
IFS=': '; s='a : b:c  d'; set -- $s; printf '[%s]' "$@"; echo
