seq 1 100 | head -20 | tail -5
