mkdir a b; echo x > a/f; chmod 640 a/f
tar -C a -cf - . | tar -C b -xf -; stat -c '%a %n' b/f
(cd a && tar cf - f) | tar tvf - | cut -c1-10
