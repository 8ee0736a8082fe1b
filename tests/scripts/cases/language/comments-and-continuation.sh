# a comment with 'an unbalanced quote
echo one # and "another
echo two \
    three
x=1 # trailing
: <<'BLOCK'
echo "not run $(exit 9)"
BLOCK
echo "x=$x" ; # done
if true # comment after a word
then # here too
    echo four
fi
