i=0; while [ $i -lt 100 ]; do i=$(expr $i + 1); done; echo $i
