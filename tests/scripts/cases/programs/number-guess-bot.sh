#!/usr/bin/env bash
# Two programs that talk through named results: one keeps a secret, one guesses, over coproc.
set -u
secret_keeper() {
    local secret=42 g n=0
    while read -r g; do
        n=$((n + 1))
        if ((g < secret)); then echo higher; elif ((g > secret)); then echo lower; else echo "correct after $n"; return; fi
    done
}
coproc KEEPER { secret_keeper; }
lo=1 hi=100
while :; do
    guess=$(((lo + hi) / 2))
    echo "$guess" >&"${KEEPER[1]}"
    read -r answer <&"${KEEPER[0]}"
    echo "$guess: $answer"
    case $answer in
        higher) lo=$((guess + 1)) ;;
        lower) hi=$((guess - 1)) ;;
        correct*) break ;;
    esac
done
wait
echo "end $?"
