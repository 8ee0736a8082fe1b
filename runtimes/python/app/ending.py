"""What happens between the program's last instruction and the end of the process."""

import atexit
import builtins
import gc
import signal as _signal
import sys
from _weakref import ref as _ref
import _belljar_host as host

from _belljar import interactive, library

# Names in sys.modules when a process starts; filled by `snapshot`.
at_start = set()
# Collections there had been by then; filled by `snapshot`.
collected_at_start = 0


# For a program that has emptied its builtins: they are ours, too.
_builtins = builtins.__dict__
_all_builtins = _builtins.copy()


def finish(outcome, current):
    """Returns the exit status."""
    if "type" not in _builtins:
        _builtins.update(_all_builtins)
    if type(outcome) is not int:
        outcome = _status(outcome)
    if current.inspect:
        current.inspect = False
        outcome = _inspect(current)
    modules = sys.modules
    threading = modules.get("threading")
    if threading is not None:
        try:
            threading._shutdown()
        except BaseException as error:
            _ignored("on threading shutdown", error)
    if atexit._ncallbacks():
        atexit._run_exitfuncs()
    if not _flush():
        outcome = 120
    _clear(modules)
    if not _flush():
        outcome = 120
    return outcome


def _status(ending):
    """The exit status that a SystemExit asks for."""
    code = ending.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF if -2**31 <= code < 2**31 else 0xFF
    try:
        sys.stdout.flush()
    except BaseException:
        pass
    try:
        print(code, file=sys.stderr)
    except BaseException:
        pass
    return 1


def _inspect(current):
    main = sys.modules.get("__main__")
    try:
        interactive.run(main.__dict__, True)
    except SystemExit as ending:
        return _status(ending)
    return 0


def _flush():
    """Flushes the standard streams; says whether that worked."""
    worked = True
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name, None)
        if stream is None:
            continue
        try:
            if not getattr(stream, "closed", False):
                stream.flush()
        except BaseException as error:
            if name == "stdout":
                _ignored("while flushing sys.stdout", error)
                worked = False
    return worked


def _ignored(where, error):
    try:
        import traceback

        sys.stderr.write(f"Exception ignored {where}:\n")
        traceback.print_exception(error.with_traceback(None))
    except BaseException:
        pass


def _clear(modules):
    """Lets go of the program's objects, so that files are written out and __del__ methods run.

    CPython clears all modules. Those of the standard library hold nothing of the program's that
    would be missed.
    """
    for name in ("last_exc", "last_value", "last_traceback", "last_type"):
        if name in sys.__dict__:
            setattr(sys, name, None)
    sys.excepthook, sys.displayhook = sys.__excepthook__, sys.__displayhook__
    _forget(modules, survivors := [])
    try:
        # While the collector has not run, all that the program made is young. A full collection
        # would also give up all free lists, which writes to a tenth of the pages that a short
        # program touches at all.
        gc.collect(0 if collections() == collected_at_start else 2)
        # Whoever is left is held by something that outlives the program.
        for reference in reversed(survivors):
            module = reference()
            if module is not None:
                _clear_names(module.__dict__)
    except BaseException as error:
        _ignored("while clearing modules", error)


def collections():
    """How often the collector has run, in any generation."""
    return sum(generation["collections"] for generation in gc.get_stats())


def _forget(modules, survivors):
    """Takes the program's modules out of sys.modules. Leaves no reference to them behind."""
    for name in [name for name in modules if name not in at_start]:
        module = modules.pop(name)
        # Modules of the library come from our loader or from a class.
        loader = getattr(module, "__loader__", None)
        if name == "__main__" or not (type(loader) is library.LibraryLoader or type(loader) is type):
            try:
                survivors.append(_ref(module))
            except TypeError:
                pass  # something else than a module


def _clear_names(names):
    for name in list(names):
        if name != "__builtins__":
            names[name] = None


def default_action(number):
    """Ends the process as the signal does when nobody handles it."""
    try:
        handler = _signal.getsignal(number)
    except ValueError:
        return
    if handler is _signal.SIG_DFL and number not in (17, 18, 23, 28):
        host.die(number)
        host.exit(128 + number)
