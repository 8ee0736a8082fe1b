touch a.txt b.txt c.md; for f in *.txt; do echo "processing $f"; mv "$f" "${f%.txt}.bak"; done; ls
