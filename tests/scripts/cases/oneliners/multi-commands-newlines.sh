echo one; echo two
echo three && \
echo four | \
tr a-z A-Z
