echo 'echo hi' > script; ./script; echo "code $?"; sh script
