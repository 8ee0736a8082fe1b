printf 'x\nBEGIN\n1\n2\nEND\ny\n' | sed -n '/BEGIN/,/END/{//!p}'
printf 'x\nBEGIN\n1\nEND\n' | awk '/END/ {f = 0} f; /BEGIN/ {f = 1}'
