mkdir bin other
printf '#!/bin/sh\necho first\n' > bin/mytool
printf '#!/bin/sh\necho second\n' > other/mytool
chmod +x bin/mytool other/mytool
PATH=$PWD/bin:$PWD/other:$PATH
which mytool | sed "s|^$PWD/||"; which -a mytool | sed "s|^$PWD/||"
mytool; chmod -x bin/mytool; hash -r; mytool
which no-such-tool; echo "$?"; which mytool no-such-tool >/dev/null; echo "$?"
which which >/dev/null && echo "which finds itself"
command -v mytool | sed "s|^$PWD/||"; basename "$(dirname "$(which mytool)")"
