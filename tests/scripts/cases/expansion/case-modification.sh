s='hello World'; echo "${s^} ${s^^} ${s,} ${s,,} ${s^^[lo]} ${s~~}"
a=(ann bob); echo "${a[@]^}"; u=ÀÉ; echo "${u,,}"; x=ABC; echo "${x,[A-B]} ${x,,[A-B]}"
