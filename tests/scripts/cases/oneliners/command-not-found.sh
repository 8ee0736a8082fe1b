definitely-not-a-command --help; echo "code $?"
