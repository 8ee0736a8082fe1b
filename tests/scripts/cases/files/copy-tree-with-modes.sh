mkdir -p src/bin
printf '#!/bin/sh\necho tool\n' > src/bin/tool
chmod 755 src/bin/tool; echo conf > src/conf
chmod 600 src/conf; touch -d @1000000 src/conf
ln -s conf src/current; ln src/conf src/same
cp -a src dst
(cd dst; find . -mindepth 1 -printf '%y %m %p %l\n' | sort -k3); stat -c %Y dst/conf
dst/bin/tool
[ dst/conf -ef dst/same ] && echo 'link kept'
cp -r src plain; stat -c %a plain/conf; readlink plain/current
diff -r src dst && echo equal; cp -rL src deref
[ -L deref/current ] || cat deref/current
cp -r src/. flat; ls -A flat
cp -r src/* nodir 2>/dev/null; echo "$?"
