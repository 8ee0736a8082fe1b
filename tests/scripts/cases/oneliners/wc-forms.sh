printf 'one two\nthree\n' > f; wc f | awk '{print $1,$2,$3,$4}'; wc -l < f; wc -c f; wc -w f
