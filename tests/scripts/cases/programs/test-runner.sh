#!/usr/bin/env bash
# A unit test framework in a page, and a library tested with it.
cat > strings.sh <<'EOF'
trim() { local s=$1; s=${s#"${s%%[![:space:]]*}"}; s=${s%"${s##*[![:space:]]}"}; printf '%s' "$s"; }
repeat() { local out= i; for ((i = 0; i < $2; i++)); do out+=$1; done; printf '%s' "$out"; }
join_by() { local IFS=$1; shift; printf '%s' "$*"; }
contains() { [[ $1 == *"$2"* ]]; }
reverse() { local s=$1 out= i; for ((i = ${#s} - 1; i >= 0; i--)); do out+=${s:i:1}; done; printf '%s' "$out"; }
EOF
source ./strings.sh
pass=0 fail=0
assert_eq() {
    if [ "$1" = "$2" ]; then return 0; fi
    echo "    expected '$2', got '$1' (line ${BASH_LINENO[0]} of the test file)" | sed 's/line [0-9]*/line N/'
    return 1
}
assert_status() { local want=$1; shift; "$@"; local got=$?; [ "$got" -eq "$want" ] || { echo "    '$*' gave $got, not $want"; return 1; }; }

test_trim() { assert_eq "$(trim '  a b  ')" 'a b' && assert_eq "$(trim '')" '' && assert_eq "$(trim $'\t x\n')" x; }
test_repeat() { assert_eq "$(repeat ab 3)" ababab && assert_eq "$(repeat x 0)" ''; }
test_join() { assert_eq "$(join_by , a b c)" a,b,c && assert_eq "$(join_by - one)" one; }
test_contains() { assert_status 0 contains 'a*b' '*' && assert_status 1 contains abc '*'; }
test_reverse() { assert_eq "$(reverse abc)" cba && assert_eq "$(reverse 'ü1')" '1ü'; }
test_that_fails() { assert_eq "$(repeat ab 2)" aba; }

for t in $(declare -F | awk '{print $3}' | grep '^test_'); do
    if output=$("$t"); then
        pass=$((pass + 1)); echo "ok   $t"
    else
        fail=$((fail + 1)); echo "FAIL $t"; [ -n "$output" ] && echo "$output"
    fi
done
echo "$pass passed, $fail failed"
exit "$fail"
