a=$(date -u -d 2024-02-01 +%s)
b=$(date -u -d 2024-03-01 +%s)
echo $(((b - a) / 86400)); date -u -d "@$a" +%d.%m.%Y
date -u -d '2024-02-28 + 1 week' +%F
date -u -d '2023-12-31 23:59:59 UTC + 1 second' '+%F %T'
