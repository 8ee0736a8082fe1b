#!/usr/bin/env bash
# Checks candidates against rules and a word list, with scores.
set -u
printf '%s\n' password dragon letmein qwerty > common
check() {
    local p=$1 score=0 notes=()
    if ((${#p} < 8)); then notes+=(short); else score=$((score + 1)); fi
    ((${#p} >= 14)) && score=$((score + 1))
    [[ $p =~ [[:lower:]] && $p =~ [[:upper:]] ]] && score=$((score + 1)) || notes+=("one case")
    [[ $p =~ [[:digit:]] ]] && score=$((score + 1)) || notes+=("no digit")
    [[ $p =~ [^[:alnum:]] ]] && score=$((score + 1)) || notes+=("no sign")
    if grep -qixF -- "${p//[0-9]/}" common; then notes+=(common); score=0; fi
    [[ $p =~ (.)\1\1 ]] && notes+=(repeats)
    local IFS=,
    printf '%-22s %d %s\n' "$p" "$score" "${notes[*]}"
    ((score >= 4))
}
weak=0
while IFS= read -r candidate; do
    check "$candidate" || weak=$((weak + 1))
done <<'EOF'
password1
Tr0ub4dor&3
correct horse battery
Aa1!
$(rm -rf x)`id`
DRAGON
-n -e --flag
aaaAAA111!!!
Sehr-Gut3s Passwort!
EOF
echo "$weak weak"
exit $((weak > 5))
