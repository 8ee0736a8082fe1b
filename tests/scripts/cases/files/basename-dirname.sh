basename /a/b/c.txt; basename /a/b/c.txt .txt
basename a/b/; basename /; basename ''
basename -s .c x.c y.c; basename -a a/x b/y
basename .txt .txt; basename x.tar.gz .gz
dirname /a/b/c; dirname a; dirname a/; dirname /
dirname /a; dirname a/b c/d; dirname ''; dirname //x
dirname a//b; basename -z a/b | od -An -c; dirname . ..
basename 2>/dev/null; echo "$?"; basename -- -x
basename 'sp ace/na me'; dirname "$(dirname a/b/c)"
