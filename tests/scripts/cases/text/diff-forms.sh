seq 10 > a
sed '3d; 5s/5/five/; 8a eight and a half' a > b
diff a b; diff -u --label old --label new a b
diff -q a b; diff a a && echo same; diff -s a a
diff --brief a nofile 2>/dev/null; echo $?
printf 'A b\n' > x; printf 'a  B\n' > y
diff -i -b x y && echo 'ignoring case and space'
diff -w <(echo 'a b') <(echo ab) && echo 'w ok'
diff -B <(printf 'a\n\n') <(printf 'a\n') && echo 'B ok'
printf 'no newline' > n; diff <(echo 'no newline') n
mkdir d1 d2; echo 1 > d1/f; echo 2 > d2/f; touch d1/only
diff -r d1 d2; diff -rq d1 d2; echo $?
diff -U1 --label o --label n a b | head -8
printf 'x\0' > b1; printf 'y\0' > b2; diff b1 b2; echo $?
diff -N --label p --label q -u nofile x
