timeout 5 true; echo $?; timeout 5 false; echo $?; timeout 5 sh -c 'exit 9'; echo $?
timeout 0.05 sleep 10; echo $?
timeout --preserve-status 0.05 sleep 10; echo $?
timeout -s INT 0.05 sleep 10; echo $?
timeout 5 no-such-program; echo $?; touch plain
timeout 5 ./plain; echo $?; timeout 2>/dev/null; echo $?
timeout x true 2>/dev/null; echo $?
echo data | timeout 5 cat; timeout 0 echo "zero means no limit"
