seq 20 > n; awk 'NR % 5 == 0' n | xargs
awk 'NR == 3, NR == 5' n | xargs
awk '/8/, /1/' n | xargs
awk '$1 > 5 && $1 < 9 || $1 == 20' n | xargs
awk '!/1/' n | wc -l
awk '{if ($1 % 2) odd++; else even++} END {print odd, even}' n
awk 'BEGIN {for (i = 1; i <= 3; i++) {if (i == 2) continue; print i} while (j < 2) j++; do k++; while (k < 4); print j, k}'
awk '{if ($1 == 4) next; if ($1 > 6) exit 3; s += $1} END {print s}' n; echo "exit $?"
awk 'BEGIN {x = 5; print x > 3 ? "big" : "small"}' > out; ls | xargs
awk 'BEGIN {print 1 == 1.0, "a" < "b", "10" < "9", 10 < 9, 2 ^ 10, 7 % 3, -7 % 3, 1 / 4}'
awk 'BEGIN {print length("hello"), substr("hello", 2, 3), index("hello", "l"), toupper("abc"), tolower("DEF")}'
awk 'BEGIN { print 1e6, 100000 * 10, 0.1 + 0.2, 1e20 == 1e20, 3.0, "3" + "4", "3x" + 1, "x" + 0, -"5" }'
