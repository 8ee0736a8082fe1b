mkdir d; for c in \
    'cat no' 'cat d' 'head no' 'head d' 'tail no' 'wc -c no' 'wc -c d' 'sort no' 'sort d' \
    'grep x no' 'grep x d' 'sed p no' 'sed p d' 'awk 1 no' 'cp no x' 'cp d x' 'mv no x' \
    'rm no' 'rm d' 'rmdir no' 'ls no' 'ls no d' 'cd no' 'chmod 644 no' 'touch no/x' \
    'mkdir no/x' 'ln no x' 'readlink no' 'stat no' 'md5sum no' 'md5sum d' 'diff no d' \
    'cmp no d' 'tar cf x.tar no' 'gzip no' 'gunzip no' 'unzip no' 'source no' 'bash no' \
    'bash d' 'test -e no' 'find no' 'du no' 'uniq no' 'cut -f1 no' 'tr a b < no' 'echo > no/x' \
    'echo > d' 'jq . no' 'od no' 'xxd no' 'base64 no' 'tac no' 'comm no d' 'join no d' \
    'paste no' 'split no' 'tee no/x' 'cat < d' 'exec no' 'file -E no' 'realpath no/x' \
    'tree no'; do
    (eval "$c") </dev/null >/dev/null 2>&1; echo "$c: $?"
done
ls
