mkdir -p src/app/tests && cd src/app && basename "$PWD" && ls
