#!/usr/bin/env bash
# Retries a command that fails twice, gives up on one that always fails, and cleans up in any case.
set -u
work=$(mktemp -d ./work.XXXXXX)
cleanup() { rm -rf "$work"; echo "cleaned up"; }
trap cleanup EXIT

retry() {
    local attempts=$1 delay=0.01 n=1 status
    shift
    until "$@"; do
        status=$?
        if ((n >= attempts)); then
            echo "giving up on '$*' after $n attempts (status $status)"
            return "$status"
        fi
        echo "attempt $n of '$*' failed with $status"
        sleep "$delay"
        delay=$(echo "$delay * 2" | bc)
        n=$((n + 1))
    done
    echo "'$*' worked at attempt $n"
}

flaky() {
    echo x >> "$work/calls"
    [ "$(wc -l < "$work/calls")" -ge 3 ] || return 75
}
hopeless() { return 3; }

retry 5 flaky
retry 3 hopeless; echo "status $?"
retry 1 true
retry 2 test -e nothing || echo "still nothing"
exit 5
