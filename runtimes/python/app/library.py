"""The standard library as an importer that needs no files.

Modules in the image are *parked*: complete, but in a dictionary of ours instead of sys.modules, so
that a process sees what it would see in a plain CPython and a file of the user's beside the script
comes first as ever. Importing one moves it, and what it imported in turn, into sys.modules. All
other modules are compiled code in the image. Sources are read from the real files, for tracebacks
and `inspect` only.

Like zipimport this works through sys.path_hooks, for the library's folders only, and like a zip file
it does not see files that were added to those folders later (site-packages is not one of them).
"""

import sys
import marshal
from _belljar import recording
from importlib.machinery import ModuleSpec, SourceFileLoader

ROOT = "/usr/lib/python3.14"

# Location without ".py" -> (is package, marshalled code or None)
_files = {}
# Folder -> its finder
_finders = {}
# Full name -> module
_parked = {}
# Full name -> spec of the module in the image, and location -> full name
_specs = {}
_names = {}
# Full name -> ((name, module, parent module or None, attribute), ...), itself included
_closures = {}
# Names of modules between create_module and exec_module
_moving = set()
# Set by `fresh`: called with a module that has just been moved
on_move = {}
# Set by `patches`: called with a module that has just been executed, not being in the image
on_load = {}


class LibraryLoader(SourceFileLoader):
    """A SourceFileLoader whose code is in memory."""

    def create_module(self, spec):
        name = spec.name
        if _specs.get(name) is spec and name in _parked:
            _moving.add(name)
            return _parked.pop(name)
        return None

    def exec_module(self, module):
        name = module.__name__
        if name in _moving:
            _moving.discard(name)
            move(name)
        else:
            SourceFileLoader.exec_module(self, module)
            if name in on_load:
                on_load[name](module)

    def get_code(self, fullname):
        entry = _files.get(self.path[:-3])
        if entry is None or entry[1] is None or not sys.flags.optimize == 0:
            return SourceFileLoader.get_code(self, fullname)
        return marshal.loads(entry[1])


LibraryLoader.__name__ = LibraryLoader.__qualname__ = "SourceFileLoader"
LibraryLoader.__module__ = SourceFileLoader.__module__


def move(wanted):
    """Makes a module of the image an imported one, with all that it imported."""
    modules = sys.modules
    for name, module, parent, attribute in _closures[wanted]:
        if name not in modules:
            modules[name] = module
            _parked.pop(name, None)
        elif name != wanted:
            continue
        if name in on_move:
            on_move[name](module)
        if parent is not None and attribute not in parent.__dict__:
            setattr(parent, attribute, module)


class LibraryFinder:
    """The path entry finder of one folder of the library."""

    def __init__(self, path):
        self.path = path

    def find_spec(self, fullname, target=None):
        location = f"{self.path}/{fullname.rpartition('.')[2]}"
        entry = _files.get(location)
        if entry is None:
            return None
        if target is None:
            if fullname in _parked and _names.get(location) == fullname:
                return _specs[fullname]
        return _spec(fullname, location, entry[0])

    def invalidate_caches(self):
        pass

    def iter_modules(self, prefix=""):
        start = self.path + "/"
        for location in sorted(_files):
            if location.startswith(start):
                name = location[len(start):]
                if "/" not in name:
                    yield prefix + name, _files[location][0]

    def __repr__(self):
        return f"LibraryFinder({self.path!r})"


def _spec(fullname, location, is_package):
    path = f"{location}/__init__.py" if is_package else f"{location}.py"
    spec = ModuleSpec(fullname, LibraryLoader(fullname, path), origin=path, is_package=is_package)
    spec.has_location = True
    if is_package:
        spec.submodule_search_locations.append(location)
    return spec


def _path_hook(path):
    try:
        return _finders[path]
    except KeyError:
        raise ImportError("not a folder of the standard library") from None


# ---- before the snapshot ------------------------------------------------------------------------

def import_all(names):
    """Imports `names`, and works out what importing any module brings in."""
    import importlib

    # Compiled before anything else is there: what the compiler takes and frees is then used again
    # for what stays, and the image ends up no larger than that.
    _compile_all()
    sys.path_hooks.insert(0, _path_hook)
    sys.path_importer_cache.clear()
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            pass  # not in this build of CPython
    recording.stop()
    for name in list(sys.modules):
        if not _is_ours(name):
            _closures[name] = _closure(name, recording.edges)


def _is_ours(name):
    return name.startswith("_belljar") or name == "__main__"


def _closure(name, edges):
    """Everything that importing `name` brings in, dependencies first."""
    seen, order, stack = {name}, [], [name]
    while stack:
        current = stack.pop()
        order.append(current)
        parent = current.rpartition(".")[0]
        for target in [*edges.get(current, ()), *([parent] if parent else [])]:
            if target not in seen and target in sys.modules:
                seen.add(target)
                stack.append(target)
    return tuple(
        (name, module, sys.modules.get(name.rpartition(".")[0]), name.rpartition(".")[2])
        for name in reversed(order)
        if (module := sys.modules[name]) is not None
    )


def park():
    """Takes all modules but those of a plain start and built-in ones out of sys.modules."""
    for name, module in list(sys.modules.items()):
        if _is_ours(name):
            continue
        spec = getattr(module, "__spec__", None)
        path = getattr(spec, "origin", None) or ""
        if path.startswith(ROOT + "/"):
            location = path.removesuffix(".py").removesuffix("/__init__")
            if location in _files:
                own = _spec(name, location, _files[location][0])
                own.cached = spec.cached
                # A module under two names (collections.abc) keeps the spec of its first.
                if spec.name == name:
                    module.__spec__, module.__loader__ = own, own.loader
                _specs[name] = module.__spec__ if spec.name == name else own
                _names[location] = name
                # Executing it a second time is rare enough to compile its source again.
                _files[location] = (_files[location][0], None)
        if name in recording.AT_START or name in sys.builtin_module_names:
            continue
        del sys.modules[name]
        _parked[name] = module
    for name, module in _parked.items():
        parent, _, attribute = name.rpartition(".")
        if (parent in _parked and _parked[parent].__dict__.get(attribute) is module
                and attribute not in recording.own_attributes.get(parent, ())):
            delattr(_parked[parent], attribute)
    # What is left in a closure of modules that are always there costs time and does nothing.
    for name, closure in _closures.items():
        _closures[name] = tuple(
            (item, module, parent if item in _parked else None, attribute)
            for item, module, parent, attribute in closure
            if item in _parked or item == name
        )


# Compiling these takes tens of megabytes, which memory of WebAssembly never gives back. They are
# stand-ins for built-in modules that are there, and texts of the help system: a program that does
# import one waits for the compiler.
_TOO_LARGE = {f"{ROOT}/_pydecimal.py", f"{ROOT}/_pydatetime.py", f"{ROOT}/pydoc_data/topics.py"}


def _compile_all():
    """Fills `_files` and `_finders` from the library's folder, the largest files first."""
    import os

    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(f for f in folders if f not in ("site-packages", "_belljar", "__pycache__"))
        for file in sorted(files):
            if file.endswith(".py"):
                path = f"{folder}/{file}"
                found.append((-os.stat(path).st_size, path, folder, file))
                _finders.setdefault(folder, LibraryFinder(folder))
    for _, path, folder, file in sorted(found):
        loader = SourceFileLoader("", path)
        try:
            code = None
            if path not in _TOO_LARGE:
                code = marshal.dumps(loader.source_to_code(loader.get_data(path), path))
        except SyntaxError:
            pass  # a template
        if file == "__init__.py":
            _files[folder] = (True, code)
        else:
            _files.setdefault(path[:-3], (False, code))
    # Folders without modules of their own can hold packages: xml, concurrent.
    for folder in list(_finders):
        while folder != ROOT:
            folder = folder.rpartition("/")[0]
            _finders.setdefault(folder, LibraryFinder(folder))


def install():
    for folder, finder in _finders.items():
        sys.path_importer_cache[folder] = finder
    # These do not exist; knowing it saves asking.
    sys.path_importer_cache["/usr/lib/python314.zip"] = None
    sys.path_importer_cache["/usr/lib/python3.14/lib-dynload"] = None
    for name in [name for name in sys.modules if name.startswith("_belljar")]:
        del sys.modules[name]
