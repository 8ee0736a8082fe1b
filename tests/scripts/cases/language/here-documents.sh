name=World
cat <<EOF
Hello $name, $((6 * 7)), $(echo cmd), \$name, "quotes" 'stay' \\ back\
slash
EOF
cat <<'EOF'
raw $name $(echo no) \n
EOF
cat <<-EOF
	leading tabs go
	  spaces stay
	EOF
cat <<A; cat <<B
first
A
second
B
f() { cat; } ; f <<X | tr a-z A-Z
through a function
X
while read -r l; do echo "[$l]"; done <<LIST
one
  two
LIST
