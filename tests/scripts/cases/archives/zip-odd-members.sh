mkdir -p d/sub; touch 'd/sp ace' 'd/ünïcode' d/empty
seq 1000 > d/sub/text; head -c 5000 /dev/zero > d/zeros
ln -s empty d/link; chmod 700 d/sub/text
touch -d '2021-06-01 12:00:00' d/empty
zip -qr x.zip d; unzip -Z1 x.zip | sort; mkdir o
(cd o && unzip -q ../x.zip); stat -c '%a %s' o/d/sub/text o/d/zeros
date -u -r o/d/empty '+%F %T'
cmp d/sub/text o/d/sub/text && echo same; cat o/d/link | wc -c
zip -qry y.zip d; unzip -q y.zip -d p; readlink p/d/link
zip -q - d/sub/text | wc -c | awk '{print ($1 > 100)}'
zip -qm moved.zip d/zeros; ls d
unzip -tq moved.zip | sed 's/^No errors.*/intact/'
unzip -l x.zip | tail -1 | awk '{print $2}'
