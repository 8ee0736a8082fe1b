uname -s; test -n "$(uname -r)" && test -n "$(uname -m)" && echo ok
