#!/usr/bin/env bash
# Mean, median, percentiles, a histogram and outliers of numbers in a stream.
set -eu
numbers() { awk 'BEGIN {x = 7; for (i = 0; i < 200; i++) {x = (x * 73 + 41) % 1009; print x % 100}; print 950}'; }
stats() {
    sort -n | awk '
        { v[NR] = $1; s += $1; q += $1 * $1 }
        function at(p,   k) { k = int(p * NR); if (k < p * NR) k++; return v[k < 1 ? 1 : k] }
        END {
            if (!NR) { print "no data"; exit 1 }
            m = s / NR
            printf "n=%d sum=%d mean=%.2f sd=%.2f\n", NR, s, m, sqrt(q / NR - m * m)
            printf "min=%d p25=%d p50=%d p90=%d p99=%d max=%d\n", v[1], at(.25), at(.5), at(.9), at(.99), v[NR]
        }'
}
numbers | stats
numbers | head -n 200 | stats
stats < /dev/null || echo "status $?"
echo 5 | stats
numbers | awk '$1 < 100 {b[int($1 / 20)]++} END {for (i = 0; i < 5; i++) {printf "%2d-%2d %3d ", i * 20, i * 20 + 19, b[i]; for (j = 0; j < b[i] / 4; j++) printf "#"; print ""}}'
numbers | awk '{v[NR] = $1; s += $1; q += $1 ^ 2} END {m = s / NR; d = sqrt(q / NR - m ^ 2); for (i = 1; i <= NR; i++) if (v[i] > m + 3 * d) print "outlier", v[i], "at", i}'
numbers | sort -n | uniq -c | sort -k1,1nr -k2,2n | head -3 | awk '{print $2 " x" $1}'
numbers | paste -sd+ | bc
