set -e
out=$(set +e; false; echo "went on"); echo "$out"
( set -e; echo in; false; echo never ) || true
echo after
bash -ec 'echo child; false; echo never' || echo "child ended with $?"
( exit 9 )
echo never
