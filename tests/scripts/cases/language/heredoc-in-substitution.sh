x=$(cat <<EOF
inside
a substitution)
EOF
)
echo "$x"
if grep -q needle <<EOF
hay needle hay
EOF
then echo found; fi
cat <<EOF >out.txt
to a file
EOF
cat out.txt; cat <<"E F"
quoted delimiter $x
E F
cat <<EOF
EOF
echo "empty one: $?"
