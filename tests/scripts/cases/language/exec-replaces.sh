echo before
(exec echo "replaced the subshell"; echo never)
exec sh -c 'echo "now sh with $1"; exit 12' x arg
echo never
