t() { "$@" && echo true || echo "false $?"; }
t test; t test ''; t test x; t [ -n '' ]; t [ -z '' ]
t [ a = a ]; t [ a == b ]; t [ ! a = b ]; t [ 1 -eq 01 ]
t [ 2 -lt 10 ]; t [ -5 -le -5 ]
t [ a '<' b ]; t [ \( a = b \) -o c = c ]
t [ a = a -a b = c ]; t [ ! ]; t [ -f ]
t [ x -eq 1 ] 2>/dev/null; t [ a = ] 2>/dev/null
touch -d @100 old; touch -d @200 new; t [ new -nt old ]
t [ new -ot old ]; ln new hard; t [ new -ef hard ]
t [ -t 0 ]; t test -v t; t [ = = = ]; t env test 3 -gt 2
