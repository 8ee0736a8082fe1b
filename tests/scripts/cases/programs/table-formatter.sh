#!/usr/bin/env bash
# Draws a table with borders, columns as wide as they must be, numbers to the right.
set -eu
table() {
    awk -F'\t' '
        {
            for (i = 1; i <= NF; i++) {
                cell[NR, i] = $i
                if (length($i) > width[i]) width[i] = length($i)
                if (NR > 1 && $i !~ /^-?[0-9]+(\.[0-9]+)?$/) text[i] = 1
            }
            if (NF > columns) columns = NF
        }
        function rule(   i, j, s) {
            s = "+"
            for (i = 1; i <= columns; i++) { for (j = 0; j < width[i] + 2; j++) s = s "-"; s = s "+" }
            print s
        }
        END {
            rule()
            for (r = 1; r <= NR; r++) {
                s = "|"
                for (i = 1; i <= columns; i++) s = s sprintf(text[i] ? " %-" width[i] "s |" : " %" width[i] "s |", cell[r, i])
                print s
                if (r == 1) rule()
            }
            rule()
        }'
}
printf '%s\t%s\t%s\n' name qty price apple 3 1.20 'passion fruit' 12 0.5 kiwi 100 -2 | table
printf 'only\n' | table
printf 'a\tb\n1\n\t2\n' | table
jq -r '(.[0] | keys_unsorted), (.[] | [.[]]) | @tsv' <<< '[{"id": 1, "tag": "x"}, {"id": 22, "tag": "yy"}]' | table
printf 'k,v\nlong name,1\n' | tr , '\t' | table | tee t.txt | wc -l
awk '{print length($0)}' t.txt | uniq -c | awk '{print $1, $2}'
