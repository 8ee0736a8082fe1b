echo abc | rev; printf '1\n2\n3\n' | tac | tr '\n' ' '; echo
