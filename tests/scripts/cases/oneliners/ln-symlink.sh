echo data > real; ln -s real link; readlink link; cat link
ls -l link | awk '{print $1, $(NF-2), $(NF-1), $NF}'
