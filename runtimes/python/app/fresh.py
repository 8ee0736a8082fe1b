"""Makes what the image froze fresh again: environment, folder, streams, randomness, time.

The one thing that stays as it was at install is the hash seed: every dictionary and set of the image
is built on it. PYTHONHASHSEED is therefore ignored.
"""

import os
import sys
import _belljar_host as host

from _belljar import library

_path = [entry for entry in sys.path if not entry.endswith("_belljar")]


def process():
    """What every process needs, whatever its command line. Returns argv."""
    environ = os.environ._data
    environ.clear()
    environ.update(os._create_environ())
    folder = environ.get(b"PWD")
    if folder:
        host.set_cwd(folder)
    argv = host.argv()
    sys.orig_argv = argv
    return argv


def apply(options):
    """Brings sys.flags, the streams and the like in line with the command line."""
    if os.isatty(1):
        sys.stdout.reconfigure(line_buffering=True)
    if options.plain:
        return
    for name, value in options.config.items():
        host.set_config(name, value)
    if "write_bytecode" in options.config:
        sys.dont_write_bytecode = True
    for index, value in options.flags.items():
        host.set_item(sys.flags, index, value)
    if options.unbuffered:
        _unbuffered()
    if options.io_encoding:
        _encoding(options.io_encoding)
    if options.warnings or options.x_options:
        _warnings_and_x(options)
    if options.no_site:
        _no_site()
    sys.pycache_prefix = options.pycache_prefix


def _unbuffered():
    import io

    for name, fd in (("stdout", 1), ("stderr", 2)):
        old = getattr(sys, name)
        raw = io.FileIO(fd, "w", closefd=False)
        raw.name = f"<{name}>"
        stream = io.TextIOWrapper(raw, encoding=old.encoding, errors=old.errors, newline="\n",
                                  line_buffering=old.line_buffering, write_through=True)
        stream.mode = "w"
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _encoding(value):
    encoding, _, errors = value.partition(":")
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(encoding=encoding or None,
                           errors="backslashreplace" if stream is sys.stderr else errors or "strict")


def _warnings_and_x(options):
    for item in options.x_options:
        name, equals, value = item.partition("=")
        sys._xoptions[name] = value if equals else True
    limit = sys._xoptions.get("int_max_str_digits")
    if isinstance(limit, str) and limit.isdigit():
        sys.set_int_max_str_digits(int(limit))
    if options.warnings:
        sys.warnoptions[:] = options.warnings
        import warnings

        warnings._processoptions(sys.warnoptions)


def _no_site():
    import builtins

    for name in ("site", "_sitebuiltins"):
        sys.modules.pop(name, None)
    for name in ("exit", "quit", "copyright", "credits", "license", "help"):
        builtins.__dict__.pop(name, None)
    sys.path[:] = [entry for entry in sys.path if not entry.endswith("site-packages")]


# ---- modules that remember something: called when one is moved into sys.modules --------------------

def _hook(name):
    def register(function):
        library.on_move[name] = function
        return function
    return register


@_hook("random")
def _random(module):
    module._inst.seed()


@_hook("logging")
def _logging(module):
    import atexit
    import time

    module._startTime = time.time_ns()
    atexit.register(module.shutdown)


@_hook("zoneinfo")
def _zoneinfo(module):
    if "PYTHONTZPATH" in os.environ:
        module.reset_tzpath()


@_hook("warnings")
def _warnings(module):
    if sys.warnoptions:
        module._processoptions(sys.warnoptions)
