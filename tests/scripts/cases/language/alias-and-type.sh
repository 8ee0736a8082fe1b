shopt -s expand_aliases
alias ll='echo listing'
ll now
type cd | head -1; f() { :; }; type -t f if cd ls ll; type -t nope || echo "unknown $?"
unalias ll; type -t ll || echo "gone"
