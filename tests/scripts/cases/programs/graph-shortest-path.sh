#!/usr/bin/env bash
# Dijkstra over an edge list, and the order of a graph without cycles.
set -eu
cat > edges <<'EOF'
a b 7
a c 9
a f 14
b c 10
b d 15
c d 11
c f 2
d e 6
f e 9
EOF
declare -A weight nodes
while read -r u v w; do
    weight[$u,$v]=$w
    weight[$v,$u]=$w
    nodes[$u]=1 nodes[$v]=1
done < edges
dijkstra() {
    local src=$1 dst=$2 u v best alt path
    local -A dist=([$src]=0) prev=() done_=()
    while :; do
        u='' best=
        for v in "${!dist[@]}"; do
            [[ -v done_[$v] ]] && continue
            if [[ -z $u ]] || ((dist[$v] < best)); then u=$v best=${dist[$v]}; fi
        done
        [[ -z $u ]] && { echo "no way"; return 1; }
        [[ $u == "$dst" ]] && break
        done_[$u]=1
        for v in "${!nodes[@]}"; do
            [[ -v weight[$u,$v] ]] || continue
            alt=$((dist[$u] + weight[$u,$v]))
            if [[ ! -v dist[$v] ]] || ((alt < dist[$v])); then dist[$v]=$alt prev[$v]=$u; fi
        done
    done
    path=$dst
    while [[ $u != "$src" ]]; do u=${prev[$u]}; path="$u $path"; done
    echo "$path: ${dist[$dst]}"
}
dijkstra a e
dijkstra b f
dijkstra c c
nodes[island]=1
dijkstra a island || echo "status $?"
# Topological order by repeatedly taking what nothing unfinished points at.
awk '{indeg[$2]++; seen[$1]; seen[$2]; out[$1] = out[$1] " " $2}
    END {
        while (1) {
            pick = ""
            for (n in seen) if (!indeg[n] && (pick == "" || n < pick)) pick = n
            if (pick == "") break
            printf "%s ", pick
            delete seen[pick]
            k = split(out[pick], t, " ")
            for (i = 1; i <= k; i++) indeg[t[i]]--
        }
        print ""
    }' edges
