mkdir -p pkg/sub
printf 'x = 1  # TODO: rename\n' > pkg/a.py
printf 'import os\n# TODO(me) drop\n' > pkg/sub/b.py
echo TODO > pkg/notes.txt
find . -name '*.py' -print0 | xargs -0 grep -n TODO | sort
