seq 20 > a; sed '5s/.*/five/; 15d' a > b
diff -c --label o --label n a b
diff -c --label o --label n <(seq 2) <(seq 3)
diff -y -W 20 <(seq 3) <(seq 2 4) | tr -d '\t '
diff -e a b; diff -n a b
