mkdir d; echo 1 > d/a.txt; echo 2 > d/b.log; echo 3 > c
tar czf x.tgz d c; tar tzf x.tgz | sort
tar -czf - d | tar -tzf - | sort
tar --exclude='*.log' -cf e.tar d; tar tf e.tar | sort
tar cf r.tar c; tar rf r.tar d/a.txt; tar tf r.tar
tar -C d -cf in.tar .; tar tf in.tar | sort; mkdir s
tar xf x.tgz -C s --strip-components=1 d; ls s
tar cvf v.tar c d/a.txt
tar tvf v.tar | awk '{print $1, $3, $NF}'
tar xf nofile.tar 2>/dev/null; echo "$?"
tar cf n.tar nofile 2>/dev/null; echo "$?"
tar xf v.tar nomember 2>/dev/null; echo "$?"
printf 'c\nd/a.txt\n' | tar cf l.tar -T -; tar tf l.tar
tar xf v.tar --transform='s/^/new-/' c; ls new-c
tar -acf auto.tar.gz c
gzip -t auto.tar.gz && echo gzipped; echo junk > j.tar
tar tf j.tar 2>/dev/null; echo "$?"
tar cf own.tar --owner=0 --group=0 --numeric-owner c
tar tvf own.tar | awk '{print $2}'; cat x.tgz | tar xz -O c
tar --keep-old-files -xf v.tar 2>/dev/null; echo "$?"
tar 2>/dev/null; echo "$?"
tar -cf m.tar --mtime=@0 --sort=name d && tar --full-time -tvf m.tar | awk '{print $4, $5, $6}'
