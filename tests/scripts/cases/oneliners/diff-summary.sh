mkdir a b; echo 1 > a/x; echo 2 > b/x; touch b/y; diff -rq a b; diff <(ls a) <(ls b); echo "status $?"
