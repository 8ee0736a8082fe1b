yes | head -1
