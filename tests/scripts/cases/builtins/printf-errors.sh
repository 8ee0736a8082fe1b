printf '%d\n' abc; echo "code $?"; printf '%d\n' 12x; echo "code $?"
printf '%z\n'; echo "code $?"; printf; echo "code $?"
printf '%d\n' ''; echo "code $?"
