grade() {
    if [ "$1" -ge 90 ]; then echo A
    elif [ "$1" -ge 80 ]; then echo B
    elif (($1 >= 70)); then echo C
    else echo F; fi
}
for n in 95 80 79 12; do printf '%s=%s ' "$n" "$(grade "$n")"; done; echo
if false; then echo no; fi; echo "if without a match leaves $?"
