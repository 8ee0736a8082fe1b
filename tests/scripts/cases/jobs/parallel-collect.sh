mkdir out
for i in 1 2 3 4 5 6; do ( echo $((i * i)) > "out/$i" ) & done; wait
cat out/* | paste -sd+ | bc; ls out | wc -l
