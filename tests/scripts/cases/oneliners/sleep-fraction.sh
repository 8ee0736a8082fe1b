sleep 0.05 && echo awake
