HOME=/tmp/fake-home; echo ~ ~/x "~" a~; v=~/bin:~/lib
echo "$v"; [ ~ = "$HOME" ] && echo same
echo ~nosuchuser99
