s="the quick fox"; case $s in *quick*) echo yes ;; esac
[[ $s == *fox ]] && echo ends
[[ ${s:0:3} == the ]] && echo starts
[ -z "${s##*quick*}" ] && echo contains
echo "$s" | grep -qw fox && echo word
