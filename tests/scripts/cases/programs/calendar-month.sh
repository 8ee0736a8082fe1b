#!/usr/bin/env bash
# Prints months as calendars from date(1) and checks them against arithmetic.
set -eu
days_in() {
    local y=$1 m=$2
    case $m in
        4 | 6 | 9 | 11) echo 30 ;;
        2) if ((y % 4 == 0 && y % 100 != 0 || y % 400 == 0)); then echo 29; else echo 28; fi ;;
        *) echo 31 ;;
    esac
}
# Zeller, with Monday as 1.
weekday() {
    local y=$1 m=$2 d=$3 k j h
    if ((m < 3)); then m=$((m + 12)) y=$((y - 1)); fi
    k=$((y % 100)) j=$((y / 100))
    h=$(((d + 13 * (m + 1) / 5 + k + k / 4 + j / 4 + 5 * j) % 7))
    echo $(((h + 5) % 7 + 1))
}
month() {
    local y=$1 m=$2 first last d
    first=$(date -u -d "$(printf '%04d-%02d-01' "$y" "$m")" +%u)
    last=$(days_in "$y" "$m")
    [ "$first" = "$(weekday "$y" "$m" 1)" ] || echo "disagreement"
    date -u -d "$(printf '%04d-%02d-01' "$y" "$m")" '+%B %Y'
    echo 'Mo Tu We Th Fr Sa Su'
    printf '%*s' $(((first - 1) * 3)) ''
    for ((d = 1; d <= last; d++)); do
        printf '%2d' "$d"
        if (((first + d - 1) % 7 == 0 || d == last)); then echo; else printf ' '; fi
    done
}
month 2024 2
month 2023 12
for y in 1900 2000 2023 2024; do printf '%d: %d\n' "$y" "$(days_in "$y" 2)"; done
for d in 2024-12-25 2000-01-01 1970-01-01; do
    IFS=- read -r y m day <<< "$d"
    echo "$d $(date -u -d "$d" +%A) $(weekday "$y" "$((10#$m))" "$((10#$day))")"
done
