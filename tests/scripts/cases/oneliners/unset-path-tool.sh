PATH= ls; echo $?; PATH=/nonexistent; echo builtin still works; ls; echo $?
