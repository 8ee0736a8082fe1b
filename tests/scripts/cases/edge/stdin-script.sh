printf 'echo from stdin\nread -r x\ndata line\necho "$x"\nexit 4\n' | bash; echo "$?"; echo 'echo "$0 $1"' | bash -s arg; bash <<'EOF'
for i in 1 2; do
    echo "line $i"
done
EOF
bash <(echo 'echo from a process substitution')
echo 'exit 7' | sh; echo "$?"
bash -c 'echo "$@"' _ a 'b c'
bash -n <<< 'if true; then'; echo "syntax check $?"
bash -n <<< 'rm -rf everything; echo fine'; echo "$?"
bash -x <<< 'echo traced' 2>/dev/null
bash -u -c 'echo $nope' 2>/dev/null; echo "$?"
bash -e <<< $'false\necho never'; echo "$?"
bash --norc --noprofile -c 'echo plain'
bash -o pipefail -c 'false | true'; echo "$?"
sh -s x y <<< 'echo "$# $2"'; bash nofile 2>/dev/null; echo "$?"
bash --version | head -1 | grep -c bash; bash -c ''; echo "$?"
bash -c 2>/dev/null; echo "$?"; bash < /dev/null; echo "$?"
