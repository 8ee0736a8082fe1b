export ONE=1 TWO='two words' EMPTY=
printenv ONE; printenv TWO; printenv EMPTY; echo "$?"; printenv ONE NOPE TWO; echo "$?"
printenv | grep -E '^(ONE|TWO|EMPTY)=' | sort; printenv -0 ONE TWO | tr '\0' ';'; echo
ONE=changed printenv ONE; printenv ONE; (unset ONE; printenv ONE; echo "$?")
local_only=x; printenv local_only || echo "not exported"
