mkdir d; touch d/b d/a d/.h 'd/sp ace'; ln -s a d/link
ls d
ls -A d
ls -a d | head -2
ls -1 d | wc -l
ls -r d
ls -F d
ls -p . 
ls -d d
ls -l d | awk 'NR > 1 {print $1, $2, $NF}'
ls d/a d/b
ls -l d/link | awk '{print $(NF-2), $(NF-1), $NF}'
ls nothing 2>/dev/null; echo "$?"
ls nothing d/a 2>/dev/null; echo "$?"
ls -R d
