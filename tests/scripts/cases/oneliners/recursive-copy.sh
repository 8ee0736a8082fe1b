mkdir -p s/x/y; echo deep > s/x/y/f; cp -r s t; cat t/x/y/f; diff -r s t && echo same
