s="it's a \$x"; echo "${s@Q}"; x='a\tb'; echo "${x@E}"
n=val; echo "${n@A}"; a=(1 'b c'); echo "${a[@]@Q}"
l=lower; echo "${l@U} ${l@u}"
eval "copy=${s@Q}"; [ "$copy" = "$s" ] && echo round-trip
