seq 100 > all; split -l 30 all part-; ls part-* | wc -l
cat part-* | cmp - all && echo whole
split -n l/3 all chunk.; wc -l chunk.* | tail -1 | awk '{print $1}'
rm all part-* chunk.*; ls | wc -l
