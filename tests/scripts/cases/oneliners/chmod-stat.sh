echo '#!/bin/sh' > run; echo 'echo ran "$@"' >> run; chmod 755 run; stat -c '%a %A %s %F' run; ./run x y
