exec {log}> log {in}< <(seq 3); echo "opened" >&"$log"
while read -r n <&"$in"; do echo "read $n" >&"$log"; done
exec {in}<&- {log}>&-; cat log; { echo inside >&"$out"; } {out}> o; cat o
copy() { local src dst line; exec {src}< "$1" {dst}> "$2"; while IFS= read -r line <&"$src"; do echo "> $line" >&"$dst"; done; exec {src}<&- {dst}>&-; }
copy log copied; tail -1 copied;
