mkdir -p a/b/c d; touch a/1 a/b/2; tree; tree -d --noreport a; tree -L 1; tree --noreport -if a | sort
