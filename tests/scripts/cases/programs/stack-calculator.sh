#!/usr/bin/env bash
# Reverse Polish notation on a stack, with errors as exit codes.
calc() {
    local -a stack=()
    local token a b
    for token in $1; do
        case $token in
            [0-9]* | -[0-9]*) stack+=("$token") ;;
            [+*/%^-])
                if ((${#stack[@]} < 2)); then echo "stack underflow at $token" >&2; return 2; fi
                b=${stack[-1]}; unset 'stack[-1]'
                a=${stack[-1]}; unset 'stack[-1]'
                case $token in
                    +) stack+=($((a + b))) ;;
                    -) stack+=($((a - b))) ;;
                    '*') stack+=($((a * b))) ;;
                    / | %)
                        if ((b == 0)); then echo "division by zero" >&2; return 3; fi
                        stack+=($((a $token b)))
                        ;;
                    ^) stack+=($((a ** b))) ;;
                esac
                ;;
            dup) stack+=("${stack[-1]}") ;;
            swap) a=${stack[-1]}; stack[-1]=${stack[-2]}; stack[-2]=$a ;;
            *) echo "bad token $token" >&2; return 1 ;;
        esac
    done
    if ((${#stack[@]} != 1)); then echo "left ${#stack[@]} values" >&2; return 4; fi
    echo "${stack[0]}"
}
set -f
while IFS= read -r line; do
    result=$(calc "$line" 2>&1) && status=0 || status=$?
    printf '%-28s = %s (%d)\n' "$line" "$result" "$status"
done <<'EOF'
1 2 +
3 4 * 5 -
2 10 ^
7 2 / 7 2 % +
5 dup *
10 3 swap -
+
1 0 /
1 2
two 2 +
-4 -6 *
EOF
