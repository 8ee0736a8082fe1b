printf 'id,name,age\n1,Ann,30\n2,Bob,25\n' | tail -n +2 | cut -d, -f2 | sort -r
