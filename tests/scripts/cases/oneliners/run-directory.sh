mkdir d; ./d; echo "code $?"
