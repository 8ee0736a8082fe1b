mkdir d; touch 'd/a b' d/$'new\nline' 'd/ x ' d/'*'
n=0
while IFS= read -r -d '' f; do n=$((n + 1)); printf '%q\n' "$f"; done < <(find d -type f -print0 | sort -z)
echo "$n files"
