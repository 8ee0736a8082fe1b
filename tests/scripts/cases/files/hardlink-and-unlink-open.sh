echo content > f; exec 3< f; rm f; cat <&3; exec 3<&-; ls
echo a > x; ln x y; echo b >> y; cat x
sed -i 's/a/A/' x; cat y
[ x -ef y ] || echo 'sed -i breaks the link'
echo one > r; exec 4>> r; mv r renamed; echo two >&4
exec 4>&-; cat renamed; ls
