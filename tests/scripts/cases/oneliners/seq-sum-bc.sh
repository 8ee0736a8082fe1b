seq -s+ 1 100 | bc
