echo "lines before a syntax error do run"
if true; then
    echo "this one does not"
fii
