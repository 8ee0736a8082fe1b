echo data | tee copy1 copy2 | tr a-z A-Z; cat copy1 copy2; echo more | tee -a copy1 >/dev/null; wc -l < copy1
