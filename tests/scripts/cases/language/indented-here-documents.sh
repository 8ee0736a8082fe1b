usage() {
	cat <<-EOF
		usage: tool [options]
		    -v  verbose
		name: ${1:-none}
	EOF
}
usage; usage given
if true; then
	while read -r k v; do
		echo "$k=$v"
	done <<-'END'
		a 1
		b $x
	END
fi
cat <<-A | tr a-z A-Z && cat <<-B
	first $((1 + 1))
	A
	second
	B
