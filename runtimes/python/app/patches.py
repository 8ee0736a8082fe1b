"""Places where the standard library needs something that this world does not have."""


def apply():
    import asyncio.selector_events
    import os
    import socketserver
    import subprocess
    import _belljar_host as host

    # Without threads nobody else can wake the event loop, so it needs no pair of sockets for that,
    # which may not be allowed.
    loop = asyncio.selector_events.BaseSelectorEventLoop
    loop._make_self_pipe = lambda self: None
    loop._close_self_pipe = lambda self: None
    loop._write_to_self = lambda self: None

    # No thread per request: serve them one after the other.
    socketserver.ThreadingMixIn.process_request = socketserver.BaseServer.process_request

    subprocess.Popen.__init__ = _popen(subprocess.Popen.__init__)
    os.system = _system


def _popen(original):
    def __init__(self, args, *rest, **options):
        self.returncode = None
        self._child_created = False
        self.stdin = self.stdout = self.stderr = None
        self.args = args
        raise OSError(58, "processes are not supported in this sandbox")
    return __init__


def _system(command):
    raise OSError(58, "processes are not supported in this sandbox")
