printf '%-10s|%5d|%6.2f\n' apples 3 1.5 pears 12 0.256
