echo 1 > one; echo 22 > two; zip -q x.zip one two
unzip -l x.zip | awk '$1 ~ /^[0-9]+$/ && NF == 4 {print $4, $1}'
unzip -p x.zip two; unzip -qc x.zip one
