seq 1 50 > lines.txt && sed -n '10,13p' lines.txt
