echo '2 + 3 * 4' | bc; echo 'scale=4; 10 / 3' | bc
echo '10 / 3' | bc; echo '2 ^ 100' | bc
echo 'scale=2; sqrt(2)' | bc; echo '7 % 3; -7 / 2' | bc
echo 'obase=16; 255' | bc; echo 'ibase=2; 1011' | bc
echo 'a = 5; b = a * 2; b + 1' | bc
echo 'scale=10; 4 * a(1)' | bc -l
echo '5 > 3; 5 == 4' | bc
echo 'for (i = 1; i <= 3; i++) i * i' | bc
echo 'define f(n) { if (n <= 1) return (1); return (n * f(n - 1)); } f(20)' | bc
echo '.5 + .25; 1.10 * 2; -0.5' | bc
echo 'length(12345); scale(1.234)' | bc
echo '"text "; 3' | bc; echo '2 ^ 300' | bc | head -c 20
echo; echo 'scale=3; 1/8; last * 2' | bc
bc <<< 'scale=1; (1 + 2) / 4'
bc <<< '1 / 0' 2>/dev/null; echo "$?"
