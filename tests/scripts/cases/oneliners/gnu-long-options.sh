printf 'b\na\n' | sort --reverse | head --lines=1
seq 3 | tail --lines=1
echo a:b | cut --delimiter=: --fields=2
mkdir --parents a/b; ls --almost-all; cp --recursive a c
rm --recursive --force a c
echo x | tee --append f >/dev/null; wc --lines f
echo ab | sed --regexp-extended 's/(a)(b)/\2\1/'
grep --count --ignore-case X f; uniq --count f
