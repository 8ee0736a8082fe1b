mkdir -p a/b; pushd a/b >/dev/null; basename "$PWD"; popd >/dev/null; ls
