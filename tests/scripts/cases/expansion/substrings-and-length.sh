s=0123456789; echo "${s:3} ${s:3:2} ${s: -3} ${s: -3:2} ${s:0:-4} ${s:(-2)} ${s:20}|"; i=2; echo "${s:i:i+1}"
echo "${#s}"; e=; echo "${#e}"; u='naïve ☃'; echo "${#u} ${u:2:3} ${u: -1}"
a=(x yy zzz); echo "${#a[2]} ${#a[@]}"; set -- p q r; echo "${@:0:1}" >/dev/null; echo "${@:2}"
(echo "${s:5:-8}") 2>/dev/null; echo "negative length: $?"
