echo data > f; ln f hard; [ f -ef hard ] && stat -c %h f
rm f; cat hard; ln -s hard soft; readlink soft
ln -s hard soft 2>/dev/null; echo "$?"
ln -sf other soft; readlink soft; cat soft 2>/dev/null; echo "$?"
mkdir d; ln -s ../hard d/; cat d/hard; ln -s d dl
ln -sfn elsewhere dl; readlink dl; ls
ln nofile x 2>/dev/null; echo "$?"; ln d dd 2>/dev/null; echo "$?"
ln -s '' e 2>/dev/null; echo "$?"; ln -sv target named
ln -sr d/hard rel; readlink rel; ln -s hard d2
ln hard d/; stat -c %h hard; ln -t d -s ../x; readlink d/x
ln -sT d3 t; ln hard 2>/dev/null; echo "$?"; link=d; readlink "$link"; echo "$?"
