seq 10 > f; cp f orig; sed '2s/.*/two/; 9d' f > g
diff -u f g > p; patch f < p; cmp f g && echo patched
patch -R f < p; cmp f orig && echo reverted
patch -s f p && cmp f g && echo silent
patch -s -o out orig p; cmp out g && echo output
mkdir -p a/d b/d; echo 1 > a/d/x; echo 2 > b/d/x
echo new > b/d/y; diff -urN a b > tree.patch
(cd a && patch -s -p1 < ../tree.patch); cat a/d/x a/d/y
echo unrelated > h; patch -s h < p; echo "reject $?"; ls h*
patch -s --dry-run orig < p && cmp orig <(seq 10) && echo 'dry run changes nothing'
sed '1i extra line' orig > moved; patch moved < p
patch -s nofile < p 2>/dev/null; echo $?
patch -s -b orig < p; ls orig*
