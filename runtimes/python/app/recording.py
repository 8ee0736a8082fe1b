"""Watches imports before the snapshot. Imported first of all our modules."""

import sys
import builtins
import _frozen_importlib
import _frozen_importlib_external

# What `python3 -c pass` has imported at its first instruction.
AT_START = {name for name in sys.modules if not name.startswith("_belljar")}

# Importer -> names of modules that its import statements ask for
edges = {}
# Package -> attributes that were its submodules when its own code had run
own_attributes = {}

_import = builtins.__import__


def _recording(name, globals=None, locals=None, fromlist=(), level=0):
    result = _import(name, globals, locals, fromlist, level)
    importer = (globals or {}).get("__name__")
    if importer is None:
        return result
    targets = edges.setdefault(importer, {})
    full = name
    if level:
        package = globals.get("__package__") or importer.rpartition(".")[0]
        base = package.rsplit(".", level - 1)[0] if level > 1 else package
        full = f"{base}.{name}" if name else base
    parts = full.split(".")
    for count in range(1, len(parts) + 1):
        targets[".".join(parts[:count])] = None
    for attribute in fromlist or ():
        if f"{full}.{attribute}" in sys.modules:
            targets[f"{full}.{attribute}"] = None
    return result


def _watch(owner, wrap):
    original = owner.exec_module

    def exec_module(*arguments):
        original(*arguments)
        module = arguments[-1]
        if hasattr(module, "__path__"):
            own_attributes[module.__name__] = {
                name for name, value in module.__dict__.items() if type(value) is type(sys)}

    owner.exec_module = wrap(exec_module)
    return lambda: setattr(owner, "exec_module", wrap(original))


def _same(function):
    return function


_undo = [
    _watch(_frozen_importlib_external._LoaderBasics, _same),
    _watch(_frozen_importlib.FrozenImporter, staticmethod),
]
builtins.__import__ = _recording


def stop():
    builtins.__import__ = _import
    for undo in _undo:
        undo()
