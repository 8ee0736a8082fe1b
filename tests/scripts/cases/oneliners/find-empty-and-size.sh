: > e; echo x > f; mkdir ed; find . -empty | sort; find . -type f -size +0c
