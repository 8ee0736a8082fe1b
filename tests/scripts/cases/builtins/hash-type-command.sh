type -t echo test ls if; command echo direct
echo() { builtin echo "wrapped $*"; }; echo x
command echo y; unset -f echo; echo z
command -V cd >/dev/null && echo known
hash ls && echo hashed
hash nosuch 2>/dev/null || echo "not found"
builtin nosuch 2>/dev/null; echo $?; enable -n echo
type -t echo; enable echo
type -P sh >/dev/null && echo path
