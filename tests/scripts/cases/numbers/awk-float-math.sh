awk 'BEGIN {
    printf "%.3f %.0f %.10g\n", 2 / 3, 2.4, 1 / 3
    print 1e3, 0.1, 100 / 3, 1e-5, 123456789, 1234567.891
    print 2 ** 3, 2 ^ 0.5
    printf "%d %s\n", 1e9, 1e9
    print int("42abc"), +"3.5", 017 + 0
    x = 1
    x += 2
    x *= 4
    x -= 2
    x /= 5
    x ^= 3
    print x
    print (1 < 2) + (2 < 1), !0, !"a", !""
    print 5 % 3, -5 % 3, 5.5 % 2
    print 1 - 1 - 1, 2 ^ 2 ^ 3, -2 ^ 2
}'
seq 1 10 | awk '{s += $1; q += $1 ^ 2} END {m = s / NR; printf "mean %.2f sd %.3f\n", m, sqrt(q / NR - m * m)}'
printf '3\n1\n2\n10\n' | sort -n | awk '{a[NR] = $1} END {print (NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2)}'
