env -i A=1 B=2 env | sort
env -u HOME sh -c 'echo "${HOME-none}"'
env X=y sh -c 'echo $X'; env false; echo $?
env no-such-cmd 2>/dev/null; echo $?; env -C / pwd
env - sh -c 'echo "${FOO-clean}"'
nohup echo through nohup 2>/dev/null; nice -n 1 echo niced
