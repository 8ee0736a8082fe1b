cat nope.txt; echo "code $?"
