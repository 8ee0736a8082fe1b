"""Finds the program that the command line names and prepares it for C to call."""

import os
import sys
import builtins
import linecache
import types
from importlib.machinery import BuiltinImporter, SourceFileLoader

from _belljar import interactive, library

import runpy as _runpy
import _belljar_host as host

_exec = builtins.exec
_Module = types.ModuleType


class _Current:
    """What `finish` has to know."""

    inspect = False
    quiet = False
    name = "python3"


current = _Current()


def prepare(options):
    """Returns (callable, args)."""
    main = _Module("__main__")
    names = main.__dict__
    names["__builtins__"] = builtins
    names["__loader__"] = BuiltinImporter
    sys.modules["__main__"] = main
    sys.argv = options.arguments
    if options.python_path:
        sys.path[0:0] = options.python_path.split(":")
    if options.inspect:
        current.inspect, current.quiet = True, options.quiet
    current.name = sys.orig_argv[0] if sys.orig_argv else "python3"

    mode, source = options.mode, options.source
    if mode == "c":
        if not options.safe_path:
            sys.path.insert(0, "")
        return _compiled(_from_text, source, names)
    if mode == "m":
        if not options.safe_path:
            sys.path.insert(0, os.getcwd())
        return _run_module(source)
    if mode == "file":
        return _file(source, names, options)
    if not options.safe_path:
        sys.path.insert(0, "")
    if options.inspect or os.isatty(0):
        current.inspect = False
        return interactive.run, (names, options.quiet)
    names["__loader__"] = SourceFileLoader
    return _compiled(_from_bytes, sys.stdin.buffer.read(), "<stdin>", names)


def _compiled(compiler, *arguments):
    """The program's code. Our own frame must not be in the traceback of a syntax error."""
    try:
        return _exec, compiler(*arguments)
    except (SyntaxError, ValueError, UnicodeError, MemoryError, OverflowError) as error:
        return host.throw, (error.with_traceback(None),)


def _from_text(text, names):
    try:
        source = text.encode("utf-8")
    except UnicodeEncodeError:
        source = text
    code = compile(source, "<string>", "exec", 0, True)
    # As CPython: tracebacks show the lines of a -c program.
    linecache._register_code(code, text, "<string>")
    return code, names


def _from_bytes(source, path, names):
    return compile(source, path, "exec", 0, True), names


def _file(given, names, options):
    path = given if given.startswith("/") else os.path.join(os.getcwd(), given)
    path = os.path.normpath(path) if "/." in path else path
    source = error = None
    try:
        with open(path, "rb", 0) as file:
            source = file.readall()
    except OSError as caught:
        error = caught
    if isinstance(error, IsADirectoryError):
        return _folder_or_archive(given, path)
    if error is not None:
        number = {44: 2, 2: 13, 54: 20}.get(error.errno, error.errno)
        sys.stderr.write(f"{current.name}: can't open file {path!r}: [Errno {number}] {error.strerror}\n")
        return int, (2,)
    if source.startswith(b"PK\x03\x04") or b"PK\x05\x06" in source[-65557:]:
        return _folder_or_archive(given, path)
    if not options.safe_path:
        sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
    if options.skip_first_line:
        newline = source.find(b"\n")
        source = source[newline:] if newline >= 0 else b""
    names["__file__"] = path
    names["__cached__"] = None
    names["__loader__"] = SourceFileLoader("__main__", path)
    if path.endswith(".pyc"):
        import importlib.util
        import marshal

        if source[:4] != importlib.util.MAGIC_NUMBER:
            return host.throw, (RuntimeError("Bad magic number in .pyc file"),)
        return _exec, (marshal.loads(source[16:]), names)
    return _compiled(_from_bytes, source, path, names)


def _folder_or_archive(given, path):
    sys.path.insert(0, path)
    if not _has_main(path):
        sys.stderr.write(f"{current.name}: can't find '__main__' module in {path!r}\n")
        return int, (1,)
    return _run_module("__main__", False)


def _run_module(*arguments):
    # CPython, too, imports runpy for this.
    if "runpy" not in sys.modules:
        sys.modules["runpy"] = _runpy
        library.move("runpy")
    return _runpy._run_module_as_main, arguments


def _has_main(path):
    from importlib.machinery import PathFinder

    return PathFinder.find_spec("__main__", [path]) is not None
