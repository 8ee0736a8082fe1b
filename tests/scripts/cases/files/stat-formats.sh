printf hello > f; chmod 640 f; touch -d @1234567890 f; ln -s f l; mkdir d
stat -c '%n %s %a %A %F' f d/ l | sed 's/^d\/ [0-9]*/d\/ N/'; stat -c '%Y %y' f
stat -c %h f; stat -L -c '%F %s' l; stat -c '%N' l; stat -c '%f' f
stat --printf '%n|%s\n' f; stat -c '%04a|%10s|%-6s|' f; stat nofile 2>/dev/null; echo "$?"
: > e; stat -c %F e; stat -c '%%' f
[ "$(stat -c %i f)" = "$(stat -c %i ./f)" ] && echo 'same inode'
stat -c '%u' f | grep -cE '^[0-9]+$'; stat f | grep -c Size; stat -c '%t' /dev/null
stat -c %F /dev/null; stat -c '%s' l; stat -c '%x' f | grep -c '^20'
ln f g; stat -c '%h %n' f g; stat -c %n nofile f 2>/dev/null; echo "$?"
