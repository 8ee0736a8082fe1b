cat > fizz.sh <<'EOF'
for i in {1..15}; do
  s=
  ((i % 3)) || s+=Fizz
  ((i % 5)) || s+=Buzz
  echo "${s:-$i}"
done
EOF
bash fizz.sh | paste -sd' '; sh -n fizz.sh && echo parses
