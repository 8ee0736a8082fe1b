command -v cd; command -v if
command -v nosuch || echo "not there"
command -v sort >/dev/null && echo "sort there"
