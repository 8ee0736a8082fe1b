"""Places where the standard library needs something that this world does not have, or has otherwise."""

import os
import _belljar_host as host

from _belljar import library, processes

ENOTSUP = 58


def apply():
    _subprocess()
    _asyncio()
    _signal()
    _others()


# ---- subprocess -------------------------------------------------------------------------------------

def _subprocess():
    import subprocess

    subprocess._can_fork_exec = True
    for name in ("waitpid", "waitstatus_to_exitcode", "WIFSTOPPED", "WSTOPSIG", "WNOHANG"):
        value = getattr(os, name)
        setattr(subprocess._del_safe, name, value if isinstance(value, int) else staticmethod(value))
    subprocess.Popen._execute_child = _execute_child
    subprocess.Popen._wait = _wait_within(subprocess.Popen._wait, subprocess.TimeoutExpired)


def _execute_child(self, args, executable, preexec_fn, close_fds, pass_fds, cwd, env, startupinfo,
                   creationflags, shell, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite,
                   restore_signals, gid, gids, uid, umask, start_new_session, process_group):
    import sys

    if isinstance(args, (str, bytes)):
        args = [args]
    elif isinstance(args, os.PathLike):
        if shell:
            raise TypeError("path-like args is not allowed when shell is true")
        args = [args]
    else:
        args = list(args)
    if shell:
        args = ["/bin/sh", "-c", *args]
        if executable:
            args[0] = executable
    if executable is None:
        executable = args[0]
    sys.audit("subprocess.Popen", executable, args, cwd, env)

    if preexec_fn in (os.setsid, os.setpgrp):
        preexec_fn, start_new_session = None, True
    if preexec_fn is not None:
        raise OSError(ENOTSUP, "preexec_fn is not supported: there is no fork, nothing of this process "
                               "can run in the child")
    if pass_fds:
        raise OSError(ENOTSUP, "pass_fds is not supported: a child has its standard streams only")
    if process_group > 0:
        raise OSError(ENOTSUP, "a child can begin a process group of its own, not join another")
    self.pid = processes.start(
        executable, args, env,
        [(number, fd) for number, fd in ((0, p2cread), (1, c2pwrite), (2, errwrite)) if fd != -1],
        cwd=cwd, new_group=start_new_session or process_group == 0, umask=umask,
        restore_signals=restore_signals)
    self._child_created = True
    self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)


def _wait_within(original, expired):
    def _wait(self, timeout):
        if timeout is None or self.returncode is not None:
            return original(self, timeout)
        # The original looks again and again.
        processes.ended_within(self.pid, timeout)
        if self.poll() is None:
            raise expired(self.args, timeout)
        return self.returncode
    return _wait


# ---- asyncio ----------------------------------------------------------------------------------------

class _PipeEnd:
    """What an event loop takes for a socket to wake itself with."""

    def __init__(self, fd):
        os.set_blocking(fd, False)
        self._fd = fd

    def fileno(self):
        return self._fd

    def recv(self, size):
        return os.read(self._fd, size)

    def send(self, data):
        return os.write(self._fd, data)

    def close(self):
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def _make_self_pipe(self):
    reader, writer = os.pipe()
    self._ssock, self._csock = _PipeEnd(reader), _PipeEnd(writer)
    self._internal_fds += 1
    self._add_reader(reader, self._read_from_self)


def _asyncio():
    import asyncio.selector_events
    import asyncio.unix_events

    # A loop is woken by signals only, and a pair of sockets for that may not be allowed.
    asyncio.selector_events.BaseSelectorEventLoop._make_self_pipe = _make_self_pipe
    # Children have descriptors; the other way to wait for them is a thread each.
    asyncio.unix_events.can_use_pidfd = lambda: True


# ---- signal -----------------------------------------------------------------------------------------

# Those that the host treats as asked for only, because Python's own defaults do not concern them.
_SIGPIPE, _SIGCHLD, _SIGCONT = 13, 17, 18
_DEFAULT, _IGNORE, _CATCH = 0, 1, 2


def _signal():
    import signal

    set_handler = signal.signal

    def set_signal(signalnum, handler):
        before = set_handler(signalnum, handler)
        if handler == signal.SIG_IGN:
            action = _IGNORE  # and so it is in children
        elif handler == signal.SIG_DFL and signalnum in (_SIGPIPE, _SIGCHLD, _SIGCONT):
            action = _DEFAULT
        else:
            action = _CATCH
        host.set_signal(signalnum, action)
        return before

    set_signal.__name__ = set_signal.__qualname__ = "signal"
    set_signal.__module__, set_signal.__doc__ = "signal", set_handler.__doc__
    signal.signal = set_signal
    if not hasattr(signal, "valid_signals"):
        signal.valid_signals = lambda: set(signal.Signals)
    if not hasattr(signal, "siginterrupt"):
        # Calls are resumed after a signal, all of them.
        signal.siginterrupt = lambda signalnum, flag, /: None


# ---- others -----------------------------------------------------------------------------------------

def _others():
    import socketserver
    import tempfile

    # No thread per request: serve them one after the other.
    socketserver.ThreadingMixIn.process_request = socketserver.BaseServer.process_request
    # A file without a name cannot be handed to a child.
    tempfile.TemporaryFile = tempfile.NamedTemporaryFile
    library.on_load["multiprocessing.process"] = _multiprocessing


def _multiprocessing(module):
    module.BaseProcess.start = _no_multiprocessing


def _no_multiprocessing(self):
    """Start child process"""
    raise OSError(ENOTSUP, "multiprocessing is not supported: there is no fork in this sandbox, and no "
                           "memory that processes share; subprocess works")
