mkdir a; mkdir a 2>/dev/null; echo "$?"; mkdir -p a/b/c
mkdir -p a/b/c; echo "$?"; mkdir x/y 2>/dev/null; echo "$?"
mkdir -m 700 m; stat -c %a m; mkdir -v v; mkdir -pv p/q
touch f; mkdir f 2>/dev/null; echo "$?"
mkdir -p f 2>/dev/null; echo "$?"
mkdir -p f/g 2>/dev/null; echo "$?"
rmdir a 2>/dev/null; echo "$?"; rmdir a/b/c; ls a/b
rmdir -p a/b; ls; rmdir --ignore-fail-on-non-empty p; echo "$?"
rmdir f 2>/dev/null; echo "$?"; rmdir -v m v
mkdir 'sp ace' -- -lead; ls
mkdir d1 d2 d3 && rmdir d[12] && ls -d d*
(umask 027; mkdir -p u/w); stat -c %a u u/w
mkdir 2>/dev/null; echo "$?"; mkdir -p deep/{1..3}/{a,b}
find deep -type d | wc -l
