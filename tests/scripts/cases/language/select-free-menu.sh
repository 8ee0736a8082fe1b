choose() {
    case $1 in 1) echo start ;; 2) echo stop ;; q) return 1 ;; *) echo "unknown: $1" ;; esac
}
while read -r -p "choice: " answer; do
    choose "$answer" || break
done <<'EOF'
1
x
2
q
1
EOF
echo "left the menu"
