"""What os has on Linux and lacks on WASI: permission bits, and who and where the process is.

The mode bits in the results of os.stat, os.access and the modes of os.open and os.mkdir are done in
permissions.wat. Everything here is added to os before other modules look at what os has.
"""

import os
import sys
import _belljar_host as host

from struct import unpack as _unpack

EPERM, ENOENT, ENOTTY = 63, 44, 59


def failed(number, *names):
    """The exception for a result of -errno."""
    return OSError(-number, os.strerror(-number), *names)


def place(path):
    """A path as the host takes it: absolute, in UTF-8. A path of anything else does not exist."""
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ValueError("embedded null byte")
    try:
        encoded.decode()
    except UnicodeDecodeError:
        raise failed(-ENOENT, path) from None
    if not encoded:
        raise failed(-ENOENT, path)
    if encoded[0] != 47:
        encoded = os.path.join(os.getcwdb(), encoded)
    return encoded


def _of_descriptor(fd):
    """The path of an open file."""
    status = os.fstat(fd)
    path = host.path_of(fd)
    if path is None or not os.path.samestat(status, os.stat(path)):
        raise OSError(58, "the file has no path any more")
    return path


def _only_plain(name, dir_fd, follow_symlinks=True):
    if dir_fd is not None:
        raise NotImplementedError(f"{name}: dir_fd unavailable on this platform")
    if not follow_symlinks:
        raise NotImplementedError(f"{name}: follow_symlinks unavailable on this platform")


def chmod(path, mode, *, dir_fd=None, follow_symlinks=True):
    """Change the access permissions of a file."""
    _only_plain("chmod", dir_fd, follow_symlinks)
    if isinstance(path, int):
        return fchmod(path, mode)
    sys.audit("os.chmod", path, mode, -1)
    if result := host.chmod(place(path), mode & 0o7777):
        raise failed(result, path)


def fchmod(fd, mode):
    """Change the access permissions of the file given by file descriptor fd."""
    sys.audit("os.chmod", fd, mode, -1)
    if result := host.chmod(_of_descriptor(fd), mode & 0o7777):
        raise failed(result)


def chown(path, uid, gid, *, dir_fd=None, follow_symlinks=True):
    """Change the owner and group id of path. There is one user: to give a file to itself works."""
    _only_plain("chown", dir_fd)
    sys.audit("os.chown", path, uid, gid, -1)
    os.stat(path) if follow_symlinks else os.lstat(path)
    if uid not in (-1, host.uid()) or gid not in (-1, host.gid()):
        raise failed(-EPERM, path)


def lchown(path, uid, gid):
    """Change the owner and group id of path, which may be a symbolic link."""
    chown(path, uid, gid, follow_symlinks=False)


def fchown(fd, uid, gid):
    """Change the owner and group id of the file specified by file descriptor."""
    chown(fd, uid, gid)


def umask(mask, /):
    """Set the current numeric umask and return the previous umask."""
    return host.set_umask(mask & 0o777)


def getuid():
    """Return the current process's user id."""
    return host.uid()


def getgid():
    """Return the current process's group id."""
    return host.gid()


def geteuid():
    """Return the current process's effective user id."""
    return host.uid()


def getegid():
    """Return the current process's effective group id."""
    return host.gid()


def getresuid():
    """Return a tuple of the current process's real, effective, and saved user ids."""
    return (host.uid(),) * 3


def getresgid():
    """Return a tuple of the current process's real, effective, and saved group ids."""
    return (host.gid(),) * 3


def getgroups():
    """Return list of supplemental group IDs for the process."""
    return [host.gid()]


def getlogin():
    """Return the actual login name."""
    return host.user_name()


def cpu_count():
    """Return the number of logical CPUs in the system."""
    return host.processors()


def process_cpu_count():
    """Return the number of logical CPUs usable by the current process."""
    return host.processors()


def get_terminal_size(fd=1, /):
    """Return the size of the terminal window as (columns, lines)."""
    size = host.terminal_size() if os.isatty(fd) else 0
    if not size:
        os.fstat(fd)
        raise failed(-ENOTTY)
    return os.terminal_size((size & 0xFFFF, size >> 16))


class _Record(tuple):
    """A tuple whose items have names, as the results of os have on Linux."""

    __slots__ = ()
    _fields = ()

    def __new__(cls, items):
        items = tuple(items)
        if len(items) != len(cls._fields):
            raise TypeError(f"{cls.__module__}.{cls.__name__}() takes a {len(cls._fields)}-sequence "
                            f"({len(items)}-sequence given)")
        return tuple.__new__(cls, items)

    def __init_subclass__(cls):
        cls.__module__ = "os"
        for index, name in enumerate(cls._fields):
            setattr(cls, name, property(lambda self, index=index: self[index]))

    def __repr__(self):
        fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self))
        return f"os.{type(self).__name__}({fields})"

    def __reduce__(self):
        return type(self), (tuple(self),)


class terminal_size(_Record):
    """A tuple of (columns, lines) for holding terminal window size"""

    _fields = ("columns", "lines")


class statvfs_result(_Record):
    """Result from statvfs or fstatvfs."""

    _fields = ("f_bsize", "f_frsize", "f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree",
               "f_favail", "f_flag", "f_namemax")
    f_fsid = 0


def statvfs(path):
    """Perform a statvfs system call on the given path."""
    result = host.filesystem(_of_descriptor(path) if isinstance(path, int) else place(path))
    if isinstance(result, int):
        raise failed(result, path)
    size, blocks, free, files, files_free = _unpack("<5Q", result)
    return statvfs_result((size, size, blocks, free, free, files, files_free, files_free, 0, 255))


def fstatvfs(fd, /):
    """Perform an fstatvfs system call on the given fd."""
    return statvfs(fd)


def extend(names):
    """Adds functions and constants to os as if they were built in. Those that are there stay."""
    import posix

    for name, value in names.items():
        if getattr(value, "__module__", "").startswith("_belljar."):
            value.__module__ = "posix"
        setattr(posix, name, value)
        setattr(os, name, value)
        if name not in os.__all__:
            os.__all__.append(name)


def install():
    extend({function.__name__: function for function in (
        chmod, fchmod, chown, lchown, fchown, umask, getuid, getgid, geteuid, getegid, getresuid,
        getresgid, getgroups, getlogin, cpu_count, process_cpu_count, get_terminal_size, statvfs,
        fstatvfs, statvfs_result)})
    if not hasattr(os, "terminal_size"):
        extend({"terminal_size": terminal_size})
    os.supports_fd.update((chmod, chown, statvfs))
