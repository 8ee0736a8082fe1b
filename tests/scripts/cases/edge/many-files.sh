mkdir m; for i in {1..1000}; do : > "m/f$i"; done; ls m | wc -l
find m -type f | wc -l; ls m | sort -V | tail -1
rm m/f*5; ls m | wc -l; echo m/* | wc -w
find m -name 'f1?' | wc -l; tar cf m.tar m
tar tf m.tar | wc -l; cp -r m n
diff -rq m n && echo same; find m -type f -delete
rmdir m; ls n/f99*
(cd n; for f in f1[0-4]; do mv "$f" "g${f#f}"; done; ls g*)
rm -r n; ls
