s="hello world"; echo "${#s} ${s^^} ${s^} ${s/world/there} ${s:6} ${s: -5:3}"
