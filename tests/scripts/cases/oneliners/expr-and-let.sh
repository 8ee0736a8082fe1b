i=3; i=$(expr $i \* 2); echo $i; expr length "four"
expr substr abcdef 2 3; let i+=4; echo $i
echo $((i ** 2 % 7)); expr "$i" : '[0-9]*$'
[ "$(expr 1 + 1)" -eq 2 ] && echo two
