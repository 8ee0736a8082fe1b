echo x > f; chmod 4755 f; ls -l f | cut -c1-10
chmod 2711 f; ls -l f | cut -c1-10; chmod 644 f; ls -l f | cut -c1-10
mkdir t; chmod 1777 t; ls -ld t | cut -c1-10
ln f g; ls -l f | awk '{print $2}'; ln -s t to-dir; ls to-dir; ls -l to-dir | cut -c1
ls -L -d to-dir; ls -lL to-dir 2>/dev/null | wc -l
ln -s gone dangling; ls dangling; ls -L dangling 2>/dev/null; echo $?
ls -i f g | awk '{print $1}' | uniq | wc -l
ls -la | awk 'NR > 1 {print substr($1, 1, 1)}' | sort | uniq -c | awk '{print $1, $2}'
