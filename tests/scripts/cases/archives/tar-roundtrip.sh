mkdir -p p/bin p/empty
printf '#!/bin/sh\necho run\n' > p/bin/run
chmod 755 p/bin/run; echo secret > p/key
chmod 600 p/key; touch -d @1600000000 p/key
ln -s key p/link; ln p/key p/hard
printf 'x' > 'p/sp ace'
tar -cf p.tar p; tar -tf p.tar | sort; mkdir out
tar -xf p.tar -C out
(cd out/p; find . -printf '%y %m %p %l\n' | sort -k3; stat -c %Y key)
out/p/bin/run
[ out/p/key -ef out/p/hard ] && echo 'hard link kept'
diff -r p out/p && echo equal; tar -xOf p.tar p/key
mkdir one; tar -xf p.tar -C one p/bin/run
find one -type f; tar -tf p.tar p/bin | sort
tar -df p.tar && echo 'no difference'
