printf 'a b  c d\n' | { read -r x y z; echo "$x|$y|$z"; }
printf '  lead and trail  \n' | { read -r l; echo "[$l]"; }
printf '  keep  \n' | { IFS= read -r l; echo "[$l]"; }
printf 'back\\slash cont\\\ninued\n' | { read l; echo "$l"; }; printf 'raw\\n\n' | { read -r l; echo "$l"; }
printf 'k=v=w\n' | { IFS== read -r k v; echo "$k -> $v"; }
printf 'a,b,,c\n' | { IFS=, read -ra f; echo "${#f[@]} ${f[3]}"; }
printf 'abcdef' | { read -r -n 3 c; echo "$c"; read -r -N 2 d; echo "$d"; }
printf 'x;y;' | { read -r -d ';' p; read -r -d ';' q; echo "$q$p"; }
printf 'no newline' | { read -r l; echo "$? $l"; }
read -r e < /dev/null; echo "$? [$e]"
printf 'x\n' | { read -r; echo "$REPLY"; }
