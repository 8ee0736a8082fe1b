d() { date -u "$@"; }
d -d @0; d -d @1700000000 '+%Y-%m-%d %H:%M:%S'
d -d @0 +%s; d -d '2024-02-29 12:34:56' +%s
d -d '2024-01-31 +1 month' +%F
d -d '2024-03-01 -1 day' +%F
d -d 2024-12-30 '+%G-W%V-%u %j %a %A %b %B %d %e'
d -d @0 '+%I:%M %p|%y|%C|%D|%T|%R|%r'; d -d @0 -Iseconds
d -d @0 -I; d -d @0 -R; d -d @0 --rfc-3339=seconds
d -d '1 Jan 2000' +%A; d -d '2000-01-01T00:00:00Z' +%s
d -d '2000-01-01 00:00:00 +0200' +%s
d -d 'not a date' 2>/dev/null; echo "$?"
d -d @1.5 +%s.%N; d -d @0 +%%n%n%t.
TZ=UTC date -d @0 +%Z%z; date -d @0 +%:z
date +%Y | grep -cE '^[0-9]{4}$'
d -d '2024-05-05 next day' +%F
d -d 'yesterday' +%F | grep -cE '^[0-9-]{10}$'
printf '@0\n@86400\n' > dates; d -f dates +%F
touch -d @1000 f; d -r f +%s; d -d '10:30' +%H:%M
d -d '2024-01-01 + 90 minutes' +%T
d -d @1700000000 '+%-d/%-m/%_H %e|%-H|%^a|%N'
d +%q -d 2024-05-01
echo $(( ($(d -d 2024-03-01 +%s) - $(d -d 2024-02-01 +%s)) / 86400 ))
