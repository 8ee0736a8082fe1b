unset v; echo "${v:-dflt}"; echo "${v:=set}"; echo "$v"; e=; echo "[${e:-empty}][${e-unset}][${v:+alt}]"
