#!/usr/bin/env bash
# The sieve of Eratosthenes with arrays, checked against factor.
set -eu
limit=500
composite=()
for ((i = 2; i * i <= limit; i++)); do
    [[ ${composite[i]-} ]] && continue
    for ((j = i * i; j <= limit; j += i)); do composite[j]=1; done
done
primes=()
for ((i = 2; i <= limit; i++)); do [[ ${composite[i]-} ]] || primes+=("$i"); done
echo "${#primes[@]} primes up to $limit, the last is ${primes[-1]}"
echo "${primes[@]:0:10}"
seq 2 "$limit" | factor | awk 'NF == 2 {print $2}' > expected
printf '%s\n' "${primes[@]}" | cmp - expected && echo "factor agrees"
twins=0
for ((i = 1; i < ${#primes[@]}; i++)); do
    ((primes[i] - primes[i - 1] == 2)) && twins=$((twins + 1))
done
echo "$twins pairs of twins"
sum=0
for p in "${primes[@]}"; do ((sum += p)); done
echo "sum $sum"
