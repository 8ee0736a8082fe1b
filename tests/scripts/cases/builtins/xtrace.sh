set -x; x='a b'; echo "$x" plain; [ 1 = 1 ]; set +x
PS4='+ trace: '; set -x; : 2>/dev/null; set +x
exec 5> log; BASH_XTRACEFD=5; set -x; echo traced
set +x; head -1 log
