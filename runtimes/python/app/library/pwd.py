"""The password database: /etc/passwd. (The module of CPython is an extension over libc's.)"""

from collections import namedtuple as _namedtuple

__all__ = ["getpwall", "getpwnam", "getpwuid", "struct_passwd"]

struct_passwd = _namedtuple(
    "struct_passwd", "pw_name pw_passwd pw_uid pw_gid pw_gecos pw_dir pw_shell", module="pwd")


def _entries():
    try:
        file = open("/etc/passwd", encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    with file:
        for line in file:
            fields = line.rstrip("\n").split(":")
            if len(fields) == 7 and fields[2].isdecimal() and fields[3].isdecimal():
                yield struct_passwd(fields[0], fields[1], int(fields[2]), int(fields[3]), *fields[4:])


def getpwall():
    """All entries, in the order of the file."""
    return list(_entries())


def getpwnam(name, /):
    """The entry of the user called `name`."""
    if not isinstance(name, str):
        raise TypeError(f"getpwnam() argument must be str, not {type(name).__name__}")
    if "\0" in name:
        raise ValueError("embedded null character")
    for entry in _entries():
        if entry.pw_name == name:
            return entry
    raise KeyError(f"getpwnam(): name not found: {name!r}")


def getpwuid(uid, /):
    """The entry of the user with the number `uid`."""
    if not isinstance(uid, int):
        raise TypeError(f"uid should be integer, not {type(uid).__name__}")
    for entry in _entries():
        if entry.pw_uid == uid:
            return entry
    raise KeyError(f"getpwuid(): uid not found: {uid}")
