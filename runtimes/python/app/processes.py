"""Processes: what os has of them on Linux, over the children and descriptions of the host.

There is no fork: a child is started with its program, as with posix_spawn. Descriptors of pipes and
of children are real ones, see processes.wat, so what the library does with them works as it is.
"""

import os
import sys
import _belljar_host as host

from select import POLLIN, poll as _poll
from struct import pack as _pack

from _belljar import files
from _belljar.permissions import extend, failed

EAGAIN, ECHILD, EINVAL, ENOEXEC, ENOMEM, ENOTSUP, ESRCH = 6, 12, 28, 45, 48, 58, 71
SIGPIPE = 13
WNOHANG = 1

# pid -> child, until its end is known
_children = {}
# pids of those that lead a group of their own
_leaders = set()
# pid -> files that are shared with it
_shared = {}


# ---- starting ---------------------------------------------------------------------------------------

def text(value, what):
    """A string for a child: the host takes UTF-8."""
    value = os.fsencode(value)
    if b"\0" in value:
        raise ValueError("embedded null byte")
    try:
        value.decode()
    except UnicodeDecodeError:
        raise ValueError(f"{what} of a process must be UTF-8: {value!r}") from None
    return value


def variables(env):
    """An environment as pairs of bytes; None is that of this process."""
    pairs = []
    for name, value in (os.environ._data if env is None else env).items():
        name = os.fsencode(name)
        if b"=" in name:
            raise ValueError("illegal environment variable name")
        pairs.append((text(name, "environment"), text(value, "environment")))
    return pairs


def start(program, argv, env=None, streams=(), *, cwd=None, new_group=False, umask=-1,
          restore_signals=False, search=True):
    """Starts a child and returns its pid.

    `program` is looked for in the PATH of `env` if it has no slash and `search` says so; `streams`
    is pairs (number, descriptor); what is not in it is inherited.
    """
    name, program = program, text(program, "program")
    argv = [text(argument, "argument") for argument in argv]
    if not argv:
        raise ValueError("a process needs an argument: the name it is called by")
    pairs = variables(env)
    folder = _folder(cwd)
    pairs = [pair for pair in pairs if pair[0] != b"PWD"]
    pairs.append((b"PWD", folder))
    if b"/" in program or not search:
        program = os.path.join(folder, program)
    elif all(key != b"PATH" for key, _ in pairs):
        program = _in_default_path(program)
    strings = [program, folder, *argv]
    for pair in pairs:
        strings += pair
    layout, at = [], 0
    for string in strings:
        layout += at, len(string)
        at += len(string)
    with files.Handed(streams) as handed:
        descriptors = handed.pairs
        numbers = [number for pair in descriptors for number in pair]
        if restore_signals:
            # It is ignored here so that a broken pipe is an exception; a child is to have the default.
            before = host.set_signal(SIGPIPE, 0)
        try:
            child = host.spawn(
                b"".join(strings), _pack(f"<{len(layout)}I", *layout), len(argv), len(pairs),
                _pack(f"<{len(numbers)}I", *numbers), len(descriptors), bool(new_group),
                umask if umask >= 0 else host.umask())
        finally:
            if restore_signals:
                host.set_signal(SIGPIPE, before)
    if child.__class__ is tuple:
        raise _not_started(*child, name)
    pid = host.child_pid(child)
    _children[pid] = child
    if new_group:
        _leaders.add(pid)
    if handed.shared:
        _shared[pid] = handed.shared
    return pid


def _folder(cwd):
    """The working directory of a child."""
    if cwd is None:
        return os.getcwdb()
    folder = os.path.join(os.getcwdb(), os.fsencode(cwd))
    status = os.stat(cwd)
    if status.st_mode & 0o170000 != 0o040000:
        raise failed(-54, cwd)  # ENOTDIR
    if not os.access(cwd, os.X_OK):
        raise failed(-2, cwd)  # EACCES
    return text(os.path.normpath(folder), "directory")


def _in_default_path(program):
    for folder in os.defpath.split(os.pathsep):
        candidate = os.path.join(os.fsencode(folder), program)
        if os.access(candidate, os.X_OK):
            return candidate
    return program


def _not_started(why, words, name):
    """The exception for a spawn-error."""
    if why == 0:
        return failed(-44, name)
    if why in (2, 3):
        return failed(-2, name)
    if why == 5:
        return failed(-ENOMEM, name)
    number = {1: ENOEXEC, 4: EAGAIN}.get(why, EINVAL)
    message = os.strerror(number)
    return OSError(number, f"{message} ({words})" if words else message, name)


# ---- waiting ----------------------------------------------------------------------------------------

def _known(pid):
    try:
        return _children[pid]
    except KeyError:
        raise failed(-ECHILD) from None


def _reaped(pid, status):
    host.child_drop(_children.pop(pid))
    _leaders.discard(pid)
    for file in _shared.pop(pid, ()):
        file.catch_up()
    return pid, status


def waitpid(pid, options, /):
    """Wait for completion of a given child process.

    Returns a tuple of information regarding the child process:
        (pid, status)
    """
    if pid > 0:
        child = _known(pid)
        if options & WNOHANG:
            status = host.child_try_wait(child)
            return (0, 0) if status is None else _reaped(pid, status)
        # None: a signal came first. Its handler runs now and may end the wait with an exception.
        while (status := host.child_wait(child)) is None:
            pass
        return _reaped(pid, status)
    while True:
        candidates = {number: child for number, child in _children.items()
                      if pid in (-1, -number) or pid == 0 and number not in _leaders}
        if not candidates:
            raise failed(-ECHILD)
        for number, child in candidates.items():
            if (status := host.child_try_wait(child)) is not None:
                return _reaped(number, status)
        if options & WNOHANG:
            return 0, 0
        ended(candidates.values())


def ended(children, timeout=None):
    """Waits until one of the children has ended, for so many seconds at most."""
    waiting, descriptors = _poll(), []
    try:
        for child in children:
            fd = host.child_descriptor(child)
            if fd < 0:
                raise failed(fd)
            descriptors.append(fd)
            waiting.register(fd, POLLIN)
        waiting.poll(None if timeout is None else max(0, -int(-timeout * 1000 // 1)))
    finally:
        for fd in descriptors:
            os.close(fd)


def ended_within(pid, timeout):
    """Waits for the end of a child, which stays to be waited for."""
    child = _children.get(pid)
    if child is not None and host.child_try_wait(child) is None and timeout > 0:
        ended((child,), timeout)


def wait():
    """Wait for completion of a child process."""
    return waitpid(-1, 0)


def pidfd_open(pid, flags=0):
    """Return a file descriptor referring to the process pid, which must be a child of this one."""
    if flags:
        raise failed(-EINVAL)
    child = _children.get(pid)
    if child is None:
        raise failed(-ESRCH)
    fd = host.child_descriptor(child)
    if fd < 0:
        raise failed(fd)
    return fd


def WIFEXITED(status):
    """Return True if the process returning status exited via the exit() system call."""
    return status & 0x7F == 0


def WEXITSTATUS(status):
    """Return the process return code from status."""
    return status >> 8 & 0xFF


def WIFSIGNALED(status):
    """Return True if the process returning status was terminated by a signal."""
    return 0 < status & 0x7F < 0x7F


def WTERMSIG(status):
    """Return the signal that terminated the process that provided the status value."""
    return status & 0x7F


def WIFSTOPPED(status):
    """Return True if the process returning status was stopped."""
    return status & 0xFF == 0x7F


def WSTOPSIG(status):
    """Return the signal that stopped the process that provided the status value."""
    return status >> 8 & 0xFF


def WIFCONTINUED(status):
    """Return True if the process returning status was continued from a job control stop."""
    return status == 0xFFFF


def WCOREDUMP(status, /):
    """Return True if the process returning status was dumped to a core file."""
    return bool(status & 0x80)


def waitstatus_to_exitcode(status):
    """Convert a wait status to an exit code: -signal if the process was killed by a signal."""
    if WIFEXITED(status):
        return WEXITSTATUS(status)
    if WIFSIGNALED(status):
        return -WTERMSIG(status)
    if WIFSTOPPED(status):
        raise ValueError(f"process stopped by delivery of signal {WSTOPSIG(status)}")
    raise ValueError(f"invalid wait status: {status}")


# ---- signals and identity ---------------------------------------------------------------------------

def kill(pid, signal, /):
    """Kill a process with a signal."""
    sys.audit("os.kill", pid, signal)
    if not -2**31 <= pid < 2**31:
        raise OverflowError("signed integer is greater than maximum")
    if not 0 <= signal < 128:
        raise failed(-EINVAL)
    if result := host.kill(pid, signal):
        raise failed(-ESRCH if result == 1 else -EINVAL)
    # A signal to this process takes effect before kill returns.
    host.deliver()


def killpg(pgid, signal, /):
    """Kill a process group with a signal."""
    sys.audit("os.killpg", pgid, signal)
    if pgid < 0:
        raise failed(-EINVAL)
    kill(-pgid, signal)


def getppid():
    """Return the parent's process id."""
    return host.parent()


def getpgrp():
    """Return the current process group id."""
    return host.group()


def getpgid(pid):
    """Call the system call getpgid(): knows of this process and its children."""
    if pid in _leaders:
        return pid
    if pid in _children or pid in (0, host.pid()):
        return host.group()
    raise failed(-ESRCH)


def pipe():
    """Create a pipe. Returns a tuple of two file descriptors: (read_fd, write_fd)"""
    result = host.pipe()
    if result.__class__ is int:
        raise failed(result)
    for fd in result:
        if fd < 0:
            raise failed(fd)
    return result


def pipe2(flags, /):
    """Create a pipe with flags set atomically: O_NONBLOCK, O_CLOEXEC."""
    if flags & ~(os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)):
        raise failed(-EINVAL)
    result = pipe()
    if flags & os.O_NONBLOCK:
        for fd in result:
            os.set_blocking(fd, False)
    return result


# ---- os.system and its kin ----------------------------------------------------------------------------

def system(command):
    """Execute the command in a subshell."""
    command = text(command, "command")
    sys.audit("os.system", command)
    try:
        pid = start("/bin/sh", ["sh", "-c", command])
    except OSError:
        return 127 << 8  # as of a shell that could not be executed
    return waitpid(pid, 0)[1]


P_WAIT, P_NOWAIT = 0, 1


def _spawned(mode, file, args, env, search):
    if not isinstance(args, (tuple, list)):
        raise TypeError("argv must be a tuple or a list")
    if not args or not args[0]:
        raise ValueError("argv first element cannot be empty")
    if mode not in (P_WAIT, P_NOWAIT):
        raise ValueError(f"invalid mode: {mode!r}")
    try:
        pid = start(file, args, env, search=search)
    except OSError:
        if mode == P_WAIT:
            return 127
        raise
    return pid if mode == P_NOWAIT else waitstatus_to_exitcode(waitpid(pid, 0)[1])


def spawnv(mode, file, args):
    """Execute file with arguments from args in a subprocess.

    If mode == P_NOWAIT return the pid of the process, else its exit code, or -signal.
    """
    return _spawned(mode, file, args, None, False)


def spawnve(mode, file, args, env):
    """spawnv with the specified environment."""
    return _spawned(mode, file, args, env, False)


def spawnvp(mode, file, args):
    """spawnv with file looked for along $PATH."""
    return _spawned(mode, file, args, None, True)


def spawnvpe(mode, file, args, env):
    """spawnvp with the specified environment."""
    return _spawned(mode, file, args, env, True)


def spawnl(mode, file, *args):
    """spawnv with the arguments one by one."""
    return spawnv(mode, file, args)


def spawnle(mode, file, *args):
    """spawnve with the arguments one by one and the environment as the last."""
    return spawnve(mode, file, args[:-1], args[-1])


def spawnlp(mode, file, *args):
    """spawnvp with the arguments one by one."""
    return spawnvp(mode, file, args)


def spawnlpe(mode, file, *args):
    """spawnvpe with the arguments one by one and the environment as the last."""
    return spawnvpe(mode, file, args[:-1], args[-1])


POSIX_SPAWN_OPEN, POSIX_SPAWN_CLOSE, POSIX_SPAWN_DUP2 = 0, 1, 2


def _posix_spawn(path, argv, env, search, file_actions=(), setpgroup=None, resetids=False, setsid=False,
                 setsigmask=(), setsigdef=(), scheduler=None):
    if setpgroup or setsigmask or scheduler is not None:
        raise OSError(ENOTSUP, "setpgroup of another group, setsigmask and scheduler are not supported")
    streams, opened = {}, []
    try:
        for action, fd, *rest in file_actions or ():
            if action == POSIX_SPAWN_OPEN:
                opened.append(os.open(*rest))
                streams[fd] = opened[-1]
            elif action == POSIX_SPAWN_DUP2:
                streams[rest[0]] = streams.get(fd, fd)
            elif action == POSIX_SPAWN_CLOSE and fd not in (0, 1, 2):
                streams.pop(fd, None)
            else:
                raise OSError(ENOTSUP, "closing a standard stream of a child is not supported")
        streams = [(number, fd) for number, fd in streams.items() if number in (0, 1, 2)]
        return start(path, argv, env, streams, new_group=setsid or setpgroup == 0, search=search,
                     restore_signals=SIGPIPE in setsigdef)
    finally:
        for fd in opened:
            os.close(fd)


def posix_spawn(path, argv, env, /, **options):
    """Execute the program specified by path in a new process."""
    return _posix_spawn(path, argv, env, False, **options)


def posix_spawnp(path, argv, env, /, **options):
    """Execute the program specified by path, looked for along $PATH, in a new process."""
    return _posix_spawn(path, argv, env, True, **options)


def execve(path, argv, env):
    """Execute an executable path with arguments, replacing current process.

    The program runs as a child, with another pid, that this process does nothing for any more but to
    pass signals to it and to end as it does.
    """
    import signal

    sys.audit("os.exec", path, argv, env)
    pid = start(path, argv, env, search=False)
    for number in (1, 2, 3, 10, 12, 14, 15):
        signal.signal(number, lambda number, frame: host.kill(pid, number))
    status = waitpid(pid, 0)[1]
    if WIFSIGNALED(status):
        host.die(WTERMSIG(status))
        os._exit(128 + WTERMSIG(status))
    os._exit(WEXITSTATUS(status))


def execv(path, argv, /):
    """Execute an executable path with arguments, replacing current process; see execve."""
    execve(path, argv, os.environ)


def _no_group():
    raise OSError(ENOTSUP, "a process cannot change its group here: it is given one when it is started")


def setsid():
    """Not possible: Popen(start_new_session=True) starts a child in a group of its own."""
    _no_group()


def setpgrp():
    """Not possible: Popen(process_group=0) starts a child in a group of its own."""
    _no_group()


def install():
    extend({function.__name__: function for function in (
        waitpid, wait, pidfd_open, WIFEXITED, WEXITSTATUS, WIFSIGNALED, WTERMSIG, WIFSTOPPED, WSTOPSIG,
        WIFCONTINUED, WCOREDUMP, waitstatus_to_exitcode, kill, killpg, getppid, getpgrp, getpgid, pipe,
        pipe2, system, spawnv, spawnve, spawnvp, spawnvpe, spawnl, spawnle, spawnlp, spawnlpe,
        posix_spawn, posix_spawnp, execv, execve, setsid, setpgrp)})
    extend({"WNOHANG": WNOHANG, "WUNTRACED": 2, "WCONTINUED": 8, "P_WAIT": P_WAIT, "P_NOWAIT": P_NOWAIT,
            "P_NOWAITO": P_NOWAIT, "POSIX_SPAWN_OPEN": POSIX_SPAWN_OPEN,
            "POSIX_SPAWN_CLOSE": POSIX_SPAWN_CLOSE, "POSIX_SPAWN_DUP2": POSIX_SPAWN_DUP2,
            "EX_OK": 0})
