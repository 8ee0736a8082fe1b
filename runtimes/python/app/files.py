"""Which open file description a child gets for a descriptor of this process."""

import os
import _belljar_host as host

from _belljar.permissions import failed

ENOTSUP = 58
# open-flags of the host
READ, WRITE, APPEND = 1, 2, 4
# What is skipped of a file that is read from the middle, at a time
_STEP = 1 << 18
# What a description of bytes can hold
_MOST_BYTES = 16 << 20


class Handed:
    """While it is entered, the descriptors of descriptions that a child gets."""

    def __init__(self, streams):
        self.streams = streams
        self.pairs = []   # (number in the child, descriptor of a description)
        self.made = {}    # descriptor of the caller's -> one that is closed at the end
        self.shared = []  # files whose position is to follow the child's

    def __enter__(self):
        try:
            for number, fd in self.streams:
                if fd != number or fd > 2:
                    self.pairs.append((number, self._description(number, fd)))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for fd in self.made.values():
            os.close(fd)
        self.made.clear()

    def _description(self, number, fd):
        if host.is_description(fd):
            return fd
        # Two numbers for one descriptor share its position.
        if fd not in self.made:
            made = host.inherited(fd) if 0 <= fd <= 2 else _description_of_file(number, fd, self.shared)
            if made < 0:
                raise failed(made)
            self.made[fd] = made
        return self.made[fd]


class _Shared:
    """A file that this process reads and writes, and a child appends to."""

    def __init__(self, fd, position, inode):
        self.fd, self.position, self.inode = fd, position, inode

    def catch_up(self):
        """Moves to the end, where the child has left it, unless this process has moved since."""
        try:
            if (os.fstat(self.fd).st_ino == self.inode
                    and os.lseek(self.fd, 0, os.SEEK_CUR) == self.position):
                os.lseek(self.fd, 0, os.SEEK_END)
        except OSError:
            pass  # closed by now


def _description_of_file(number, fd, shared):
    """A description of the file that libc has open, at the position where that is.

    The host cannot hand out libc's own: it opens the file again. A child that writes at the end
    appends, and so does this process from then on, unless it also reads: libc's idea of the position
    of such a file is wrong when it appends.
    """
    status = os.fstat(fd)
    kind = status.st_mode & 0o170000
    flags = host.flags_of(fd)
    path = host.path_of(fd)
    if flags < 0 or path is None and kind != 0o100000:
        raise OSError(ENOTSUP, "only pipes, files and the standard streams can be handed to a process")
    how = (READ if flags & os.O_RDONLY else 0) | (WRITE if flags & os.O_WRONLY else 0)
    if kind != 0o100000:
        return host.describe(path, how, 0)
    position = os.lseek(fd, 0, os.SEEK_CUR)
    reads = how & READ and (number == 0 or not how & WRITE)
    if path is None or not _leads_to(path, status):
        return _description_without_path(fd, reads, position)
    if not reads and (flags & os.O_APPEND or position >= status.st_size):
        if how & READ:
            shared.append(_Shared(fd, position, status.st_ino))
        elif not flags & os.O_APPEND:
            # Moving makes libc let go of the stream that writes at the position.
            os.lseek(fd, position + 1, os.SEEK_SET)
            os.lseek(fd, position, os.SEEK_SET)
            host.append(fd)
        return host.describe(path, how | APPEND, 0)
    # A description has no seek; reading moves it.
    made = host.describe(path, READ if reads else how | READ, 0)
    while made >= 0 and position > 0:
        skipped = len(os.read(made, min(position, _STEP)))
        if not skipped:
            break
        position -= skipped
    return made


def _leads_to(path, status):
    try:
        return os.path.samestat(os.stat(path), status)
    except OSError:
        return False


def _description_without_path(fd, reads, position):
    """For a file that was deleted or moved while it is open."""
    if not reads:
        raise OSError(ENOTSUP, "a deleted file cannot be handed to a process that writes to it")
    content = bytearray()
    while len(content) <= _MOST_BYTES:
        part = os.pread(fd, _STEP, position)
        if not part:
            return host.content(bytes(content))
        content += part
        position += len(part)
    raise OSError(ENOTSUP, "a deleted file of more than 16 MiB cannot be handed to a process")
