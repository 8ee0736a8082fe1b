! false; echo $?; ! true; echo $?; ! grep -q x /dev/null && echo "grep found nothing"
if ! test -e nope; then echo "absent"; fi
x=$(exit 3); echo $?; x=1 y=2; echo $?; x=$(exit 4) true; echo $?
false; x=plain; echo $?
