"""What goes into the image that every process starts from."""

import sys

from types import CodeType, FrameType

# Imported into the image, so that a process gets them for the price of a dictionary entry. What
# people use, in the order of dependence; whatever these import comes along.
POPULAR = """
abc argparse array ast asyncio atexit base64 binascii bisect bz2 calendar cmath code codecs collections
collections.abc concurrent.futures concurrent.futures.thread configparser contextlib contextvars copy
copyreg csv dataclasses datetime decimal difflib dis email email.message email.mime.multipart
email.mime.text email.parser email.policy email.utils enum errno fileinput fnmatch fractions functools
gc getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html html.parser http http.client
http.cookies http.server importlib importlib.abc importlib.machinery importlib.metadata
importlib.resources importlib.util inspect io ipaddress itertools json json.tool keyword linecache
locale logging logging.config logging.handlers lzma marshal math mimetypes numbers opcode operator
optparse os os.path pathlib pickle pkgutil platform posixpath pprint pwd queue quopri random re reprlib
runpy sched secrets select selectors shelve shlex shutil signal site socket socketserver sqlite3 stat
statistics string string.templatelib stringprep struct subprocess sysconfig tarfile tempfile textwrap
threading time timeit token tokenize tomllib traceback tracemalloc types typing unicodedata unittest
unittest.mock urllib urllib.error urllib.parse urllib.request uuid warnings weakref xml
xml.dom.minidom xml.etree.ElementTree xml.sax.saxutils zipfile zipimport zlib zoneinfo _strptime
_colorize encodings.ascii encodings.latin_1 encodings.idna encodings.utf_8_sig encodings.cp1252
encodings.utf_16 encodings.punycode encodings.raw_unicode_escape encodings.unicode_escape
""".split()


def take():
    """The last step before the image is stored."""
    import atexit
    import gc
    import _belljar_host as host
    from _belljar import command_line, ending, fresh, library, program

    library.import_all(POPULAR)
    library.park()
    # Exit functions of modules that no process has imported yet; see fresh.unparked.
    atexit._clear()
    sys.path_importer_cache.clear()
    library.install()
    ending.at_start.update(sys.modules)
    ending.at_start.discard("__main__")
    host.set_config("write_bytecode", True)
    rehearse(command_line, ending, fresh, program)
    gc.collect()
    immortalize(host)
    gc.collect()
    fill_holes()
    sys.dont_write_bytecode = False
    # Nothing of the image is ever looked at by a process's garbage collector.
    gc.freeze()
    ending.collected_at_start = ending.collections()


def rehearse(command_line, ending, fresh, program):
    """Runs small programs, so that CPython has specialised its code and filled its caches.

    Every page of the image that a process need not write to is one page fault less.
    """
    linecache = program.linecache
    path = list(sys.path)
    for _ in range(40):
        fresh.process()
        options = command_line.parse(["python3", "-c", "def f(x): return x + 1\nprint(f(0))"])
        fresh.apply(options)
        function, arguments = program.prepare(options)
        function(*arguments)
        arguments = None
        ending.finish(0, program.current)
        sys.path[:] = path
        linecache._interactive_cache.clear()
    sys.argv, sys.orig_argv = [""], []


def immortalize(host):
    """Makes immortal what the image holds: all that is reachable from what the collector knows."""
    import gc

    mark = host.immortalize
    referents = gc.get_referents
    for root in gc.get_objects():
        if type(root) is FrameType:
            continue
        stack = [root]
        while stack:
            item = stack.pop()
            if not mark(item):
                continue  # seen before, or always was
            if type(item) is CodeType:
                stack += (item.co_consts, item.co_names, item.co_name, item.co_qualname,
                          item.co_filename, item.co_linetable, item.co_exceptiontable)
            else:
                stack += [other for other in referents(item) if type(other) is not FrameType]


# Blocks that are never used again.
_filling = [None] * 50_000


def fill_holes():
    """Uses up the free blocks that are scattered over the image.

    The imports leave thousands of small ones on hundreds of pages; a process would be given them one
    by one and have to write to all those pages. Once they are gone, blocks come side by side from
    one large piece. libc's allocator takes the smallest that fits, so larger ones go first; a block
    takes 4 bytes more than asked for, rounded up to 8, and an object of bytes 17 more than its length.
    """
    used = 0
    for size in [*range(4096, 512, -64), *range(512, 16, -8)]:
        previous, row = 0, 0
        # So many in a row are not holes any more.
        while row < 4 and used < len(_filling):
            block = bytes(size - 21)
            _filling[used] = block
            used += 1
            address = id(block)
            row = row + 1 if address - previous == size else 0
            previous = address
