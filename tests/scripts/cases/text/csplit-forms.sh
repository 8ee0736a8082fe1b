printf 'intro\n# one\na\n# two\nb\n' > doc
csplit -s doc '/^#/' '{*}'
for x in xx0*; do echo "$x: $(head -1 "$x")"; done
csplit doc 3 | xargs; csplit -s -f sec -n 1 doc '/two/'; ls sec*
