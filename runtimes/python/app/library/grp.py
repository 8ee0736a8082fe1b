"""The group database: /etc/group. (The module of CPython is an extension over libc's.)"""

from collections import namedtuple as _namedtuple

__all__ = ["getgrall", "getgrgid", "getgrnam", "struct_group"]

struct_group = _namedtuple("struct_group", "gr_name gr_passwd gr_gid gr_mem", module="grp")


def _entries():
    try:
        file = open("/etc/group", encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    with file:
        for line in file:
            fields = line.rstrip("\n").split(":")
            if len(fields) == 4 and fields[2].isdecimal():
                members = [member for member in fields[3].split(",") if member]
                yield struct_group(fields[0], fields[1], int(fields[2]), members)


def getgrall():
    """All entries, in the order of the file."""
    return list(_entries())


def getgrnam(name):
    """The entry of the group called `name`."""
    if not isinstance(name, str):
        raise TypeError(f"getgrnam() argument must be str, not {type(name).__name__}")
    if "\0" in name:
        raise ValueError("embedded null character")
    for entry in _entries():
        if entry.gr_name == name:
            return entry
    raise KeyError(f"getgrnam(): name not found: {name!r}")


def getgrgid(id):
    """The entry of the group with the number `id`."""
    if not isinstance(id, int):
        raise TypeError(f"gid should be integer, not {type(id).__name__}")
    for entry in _entries():
        if entry.gr_gid == id:
            return entry
    raise KeyError(f"getgrgid(): gid not found: {id}")
