p=/usr/local/lib/libx.so.1.2
echo "${p#*/}|${p##*/}|${p%.*}|${p%%.*}|${p#/usr}|${p%nothing}"
u='https://user@example.org:8080/a/b?q=1'
rest=${u#*://}; host=${rest%%/*}
echo "${u%%://*} ${host#*@} ${host##*:} /${rest#*/}"
f='a.b.c'; echo "${f%.*}" "${f#*.}" "${f##*.}" "${f%%.*}"; s='[x]y'; echo "${s#\[x\]}" "${s#'['}"
set -- one.txt two.txt; echo "${@%.txt}" "${*#t}"
