s='Grüße, 世界 🎉'; echo "$s" > u
cat u; wc -c < u; wc -m < u
echo "${#s} ${s:7:2} ${s^^} ${s//[^a-zA-Z]/}"; rev u
grep -o '世.' u; sed 's/ü/ue/; s/世界/World/' u
awk '{print length($2), $2}' u; grep -c '^Gr..e' u
sort <<< $'ö\no\nz\nä'; printf '%s|\n' "$s"
echo "$s" | od -An -tx1 | head -1
case $s in *世*) echo 'case matches' ;; esac
[[ $s =~ [^[:ascii:]] ]] && echo non-ascii
mkdir 'ordner-ü' && touch 'ordner-ü/datei 世' && ls ordner* && find . -name '*世*'
jq -n --arg s "$s" -c '$s, ($s | length)'
for c in ä 世; do printf '%s ' "$c"; done; echo
read -r -n 1 c <<< 'ßx'; echo "$c"
printf '\u4e16\U0001F389\n'; x=日本; echo "${x:1}${x:0:1}"
tr -d '\n' < u | base64
