trap 'echo "ERR: status $? line $LINENO"' ERR
false; echo on
(exit 4)
if false; then :; fi; false || true; ! true; true
f() { false; return 0; }; f; set -E; f
ls /nonexistent 2>/dev/null; trap - ERR; false; echo end
