printf 'a:b:c:d\n1:2:3:4\nnodelim\n' > f; cut -d: -f2 f
cut -d: -f2,4 f; cut -d: -f2- f; cut -d: -f-2 f
cut -s -d: -f1 f; cut -c1-3 f; cut -c2 f; cut -b1,3 f
cut -d: -f1,3 --output-delimiter=_ f
cut --complement -d: -f2 f; printf 'x\ty\n' | cut -f2
cut -d: -f3,1 f; cut -d: -f9 f; cut f 2>/dev/null; echo $?
cut -f0 f 2>/dev/null; echo $?
cut -d:: -f1 f 2>/dev/null; echo $?
printf 'a b c' | cut -d' ' -f3
