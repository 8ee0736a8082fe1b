for i in 3 1 2; do echo $i; done | sort | while read -r x; do echo "line $x"; done | { read -r first; echo "$first"; wc -l; }
(echo b; echo a) | sort | (read -r first; echo "first: $first"; cat)
if true; then echo x; fi | tr x y; case a in a) echo matched ;; esac | cat -n | tr -s ' '
f() { tr a-z A-Z; }; echo func | f | { sed 's/$/!/'; }; ! echo | grep -q x; echo $?
