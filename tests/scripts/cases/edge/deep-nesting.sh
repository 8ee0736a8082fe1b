eval "$(printf '(%.0s' {1..30}) echo inside; $(printf ')%.0s' {1..30})" 2>/dev/null || echo "(( is arithmetic"
x=$(echo $(echo $(echo $(echo $(echo $(echo $(echo deep)))))))
echo "$x"
r() { local n=$1; if ((n > 0)); then r $((n - 1)); else echo bottom; fi; }
r 200; s=; for i in {1..40}; do s="{ $s"; done
s="$s echo braces;"
for i in {1..40}; do s="$s };"; done; eval "$s"
if true; then if true; then if true; then case x in x) for i in 1; do while :; do until false; do echo innermost; break 3; done; done; done ;; esac; fi; fi; fi
bash -c "bash -c \"bash -c 'echo three shells'\""
echo $((((((1 + 1)) * 2)) * 2))
echo "${x:+${x:+${x:+${x#d}}}}"; echo {a,{b,{c,{d,e}}}}
[[ ( ( ( a == a ) ) ) ]] && echo grouped
