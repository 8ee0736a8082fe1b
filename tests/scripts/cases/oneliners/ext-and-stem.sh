p=/data/in/archive.tar.gz; echo "${p##*/} ${p%/*} ${p##*.} ${p%%.*} ${p%.*}"; basename "$p" .gz; dirname "$p"
