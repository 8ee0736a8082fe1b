(echo $((1 / 0))); echo "code $?"
(echo $((08))); echo "code $?"
(echo $((1 +))); echo "code $?"
x=abc; echo "a name without a value is $((x))"
