printf 'ann:30:paris\nbob:25:rome\n# skip\n\ncid:41:oslo' > people
while IFS=: read -r name age city || [ -n "$name" ]; do
    [[ -z $name || $name == \#* ]] && continue
    printf '%-5s %3d %s\n' "$name" "$age" "$city"
done < people
n=0; while read -r _; do ((++n)); done < people; echo "$n complete lines"
