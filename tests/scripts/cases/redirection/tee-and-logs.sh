log() { tee -a run.log; }
echo start | log; { echo work; echo warn >&2; } 2>&1 | log | sed 's/^/> /'; echo "lines $(wc -l < run.log)"
exec > >(sed "s/^/[log] /"); logger=$!; echo "through a substitution"; exec >&-; wait "$logger"; exit 3
