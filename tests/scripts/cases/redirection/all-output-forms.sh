both() { echo "to out"; echo "to err" >&2; }
both &> a; sort a; both >& b; sort b; both &>> a; wc -l < a
both > c 2>&1; sort c; both |& sort; both 2>&1 | wc -l
both > o 2> e; cat o e
both 2> >(sed 's/^/sub: /' > s) >/dev/null
both 2>/dev/null; both >/dev/null 2>&1
both 3>&2 2>&1 >&3 3>&- | sed 's/^/piped: /' 2>/dev/null
