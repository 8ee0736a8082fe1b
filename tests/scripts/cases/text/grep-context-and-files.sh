mkdir -p d/e; seq 1 12 > d/n; printf 'x\n7\ny\n' > d/e/m; printf 'a\0b7\n' > d/bin
grep -A1 5 d/n; grep -B2 '^3' d/n; grep -C1 '^6$' d/n
grep -A1 -E '^(2|9)$' d/n; grep -r --include=n 7 d
grep -rn 7 d/e; grep -rc 7 d | sort; grep -h y d/e/m d/n
grep -H x d/e/m; grep -rl 7 d | sort; grep -c b7 d/bin
grep -a b7 d/bin | od -An -c; grep -rL 7 d
grep --exclude-dir=e -rl 7 d | sort
grep x d 2>/dev/null; echo $?
grep --color=always 7 d/e/m | od -An -c | tr -s ' '
grep -b y d/e/m; grep -z 'b7' d/bin | tr '\0' '@'
