mkdir -p p/src/bin p/.git; touch p/src/{lib,main}.rs p/src/bin/x.rs p/.env 'p/a b'; ln -s src p/link
tree p; tree -a --noreport p; tree -d p
tree -L 1 --noreport p; tree -i -f --noreport p
tree -P '*.rs' --noreport p/src
tree -I 'src|link' --noreport p; tree -F --noreport p
tree --charset=ascii --noreport p; tree nodir; echo "$?"
mkdir empty; tree empty
tree -J --noreport empty | tr -d ' \n'
tree -Q --noreport p/src; tree --dirsfirst --noreport p
