echo 'mail ann@x.org and bob@y.net now' | grep -oE '[a-z]+@[a-z.]+'
