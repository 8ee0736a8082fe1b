echo "a long line that needs to be wrapped at a small width for the sake of the test" | fmt -w 30
fold -s -w 12 <<< 'words that wrap here' | sed 's/ *$//'
expand -t4 <<< $'a\tb'
unexpand -a -t4 <<< 'a   b' | od -An -c
