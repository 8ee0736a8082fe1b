{ echo out; echo err >&2; } > all.txt 2>&1; cat all.txt
{ echo out; echo err >&2; } &> all2.txt; sort all2.txt
