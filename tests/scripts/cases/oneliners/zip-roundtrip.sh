mkdir d; echo hi > d/f.txt; zip -qr d.zip d && rm -r d && unzip -q d.zip && cat d/f.txt
