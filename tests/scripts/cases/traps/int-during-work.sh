trap 'echo "interrupted at $i"; interrupted=yes' INT
for i in 1 2 3; do
    [ "$i" = 2 ] && kill -INT $$
    echo "step $i"
done
echo "${interrupted-no}"
bash -c 'trap "echo cleanup; exit 130" INT; kill -INT $$; echo never'; echo "$?"
bash -c 'trap "echo stop; trap - INT; kill -INT \$\$" INT; kill -INT $$; echo never' 2>/dev/null; echo "$?"
bash -c 'trap "" INT; kill -INT $$; echo ignored'
(trap 'echo sub; exit 5' INT; kill -INT "$BASHPID"); echo "$?"
