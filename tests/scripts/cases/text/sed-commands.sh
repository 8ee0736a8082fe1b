printf 'a\nb\nc\n' > f; sed '2i\before' f
sed '2a after' f; sed '2c\changed' f; sed 'y/abc/xyz/' f
sed '1d;$d' f; sed -n 'l' <<< $'t\tb\\'
sed = f | sed 'N; s/\n/:/'; sed '$!N; s/\n/-/' f
sed 'n; d' f; sed '1r f' f | wc -l
sed -e '1s/a/A/' -e '2s/b/B/' f
sed -n '2{s/b/found/;p}' f; sed G f | wc -l
sed '$a\last' f | tail -1
printf 's/a/1/\ns/b/2/\n' > s.sed; sed -f s.sed f
sed --expression='1!d' f; sed '2s/.*//;/^$/d' f
