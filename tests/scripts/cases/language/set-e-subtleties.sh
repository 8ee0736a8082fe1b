# Where a failing command does not end a script under set -e, and where it does.
set -e
false || echo "or list"
if false; then :; fi; echo "if condition"
! true; echo "negated"
false && echo never; echo "and list"
f() { false; echo "inside f despite the failure"; }
f || echo unreachable
while false; do :; done; echo "while condition"
x=$(false) || echo "substitution in an or list"
local_hides() { local y=$(false); echo "local hides the status"; }
local_hides
(false; echo "not printed") || echo "subshell in an or list"
echo "before the end"
z=$(false)
echo never
