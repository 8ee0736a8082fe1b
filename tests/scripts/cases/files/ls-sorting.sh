printf 12345 > big; printf 1 > small; printf 123 > middle.txt
touch -d '2021-01-01' big; touch -d '2023-01-01' small; touch -d '2022-01-01' middle.txt
ls -t; ls -S; ls -rS; ls -tr; ls -X; ls -1U | sort; ls -v; touch f10 f9 f1; ls -v f*
ls -l --time-style=+%Y big small | awk '{print $5, $6, $7}'
ls -1 --full-time big | awk '{print $6, $7, $8}'
ls -m f1 f9; ls -Q small; ls -l -h big | awk '{print $5}'; ls --hide='f*'; ls -I '*.txt'
