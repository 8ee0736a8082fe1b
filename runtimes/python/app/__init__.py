"""Belljar's side of the Python runtime: what runs in place of CPython's own main program."""
