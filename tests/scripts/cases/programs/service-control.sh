#!/usr/bin/env bash
# start, stop, status and restart of a background service by a pid file.
# Whether a shell tells of a killed background job depends on when it notices.
exec 2> /dev/null
set -u
pidfile=service.pid
service_main() { trap 'exit 0' TERM; echo "serving" >> service.log; while :; do sleep 0.01; done; }
is_running() { [ -f "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2> /dev/null; }
start() {
    if is_running; then echo "already running"; return 1; fi
    service_main > /dev/null 2>&1 &
    echo $! > "$pidfile"
    echo "started"
}
stop() {
    if ! is_running; then echo "not running"; rm -f "$pidfile"; return 1; fi
    local pid
    pid=$(cat "$pidfile")
    kill -TERM "$pid"
    wait "$pid" 2> /dev/null
    echo "stopped ($?)"
    rm -f "$pidfile"
}
status() { if is_running; then echo "running"; else echo "stopped"; return 3; fi; }
wait_for_lines() { until [ -f service.log ] && [ "$(wc -l < service.log)" -ge "$1" ]; do sleep 0.01; done; }
main() {
    case ${1-} in
        start) start ;;
        stop) stop ;;
        status) status ;;
        restart) stop; start ;;
        *) echo "usage: start|stop|status|restart"; return 2 ;;
    esac
}
main status; echo "-> $?"
main start; echo "-> $?"
wait_for_lines 1
main start; echo "-> $?"
main status; echo "-> $?"
main restart
wait_for_lines 2
main stop; echo "-> $?"
main stop; echo "-> $?"
echo 99999999 > "$pidfile"
main status; echo "stale pid file -> $?"
main reload; echo "-> $?"
cat service.log
ls
