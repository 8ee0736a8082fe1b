touch -d '2020-01-01' old; touch -d '2024-01-01' new; find . -type f -newer old -printf '%f\n'; ls -t
