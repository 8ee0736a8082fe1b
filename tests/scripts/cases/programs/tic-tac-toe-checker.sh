#!/usr/bin/env bash
# Judges finished and unfinished boards, read as a table.
judge() {
    local b=$1 i line lines=(012 345 678 036 147 258 048 246) x o winner=
    [[ $b =~ ^[XO.]{9}$ ]] || { echo "malformed"; return 2; }
    x=${b//[^X]/} o=${b//[^O]/}
    if ((${#x} < ${#o} || ${#x} > ${#o} + 1)); then echo "impossible counts"; return 1; fi
    for line in "${lines[@]}"; do
        local t=${b:${line:0:1}:1}${b:${line:1:1}:1}${b:${line:2:1}:1}
        case $t in
            XXX) winner+=X ;;
            OOO) winner+=O ;;
        esac
    done
    case $winner in
        *X*O* | *O*X*) echo "impossible: both won"; return 1 ;;
        X*) echo "X wins" ;;
        O*) echo "O wins" ;;
        *) [[ $b == *.* ]] && echo "X or O to play: $( ((${#x} == ${#o})) && echo X || echo O)" || echo draw ;;
    esac
}
counts=()
while read -r board note; do
    result=$(judge "$board"); status=$?
    printf '%-10s %-22s %d  # %s\n' "$board" "$result" "$status" "$note"
    counts[status]=$((${counts[status]:-0} + 1))
done <<'EOF'
XXXOO.... top row
XOXOXOOXO nobody
......... start
OOOXX.X.. second row
X........ one move
XX....... too many
XXXOOO... both
XOXXOXO.X five to three
ABC......  letters
XXOOOXXOX full
EOF
echo "valid ${counts[0]}, impossible ${counts[1]}, malformed ${counts[2]}"
