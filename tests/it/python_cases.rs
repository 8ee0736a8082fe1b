//! What `python3` in a sandbox must do, as data: the runner feeds each case through the library.

/// How a stream is judged.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Matcher {
    /// Anything.
    Any,
    /// Exactly this text.
    Is(&'static str),
    /// Begins with this text.
    StartsWith(&'static str),
    /// Ends with this text.
    EndsWith(&'static str),
    /// Contains each of these.
    Contains(&'static [&'static str]),
    /// Contains none of these.
    Lacks(&'static [&'static str]),
    /// Has another value each time the case is run.
    FreshEachRun,
    /// Has the same value each time the case is run.
    SameEachRun,
}

/// One command line and what must come of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// Unique, says what is tested.
    pub(crate) name: &'static str,
    /// The whole command, `python3` included.
    pub(crate) argv: &'static [&'static str],
    /// Content of standard input.
    pub(crate) stdin: &'static [u8],
    /// Environment on top of the sandbox's own.
    pub(crate) env: &'static [(&'static str, &'static str)],
    /// Files to write first, relative to the working folder.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// Expected exit status.
    pub(crate) exit: i32,
    /// Expected standard output.
    pub(crate) stdout: Matcher,
    /// Expected standard error.
    pub(crate) stderr: Matcher,
}

use Matcher::{Any, Contains, EndsWith, FreshEachRun, Is, Lacks, SameEachRun, StartsWith};

/// What a case has that says nothing else: succeeds and is silent on standard error.
const CASE: Case = Case {
    name: "",
    argv: &[],
    stdin: b"",
    env: &[],
    files: &[],
    exit: 0,
    stdout: Any,
    stderr: Is(""),
};

/// `python3 -c program` with this output.
const fn program(name: &'static str, argv: &'static [&'static str], stdout: &'static str) -> Case {
    Case {
        name,
        argv,
        stdout: Is(stdout),
        ..CASE
    }
}

/// All cases, one a line: a table.
#[rustfmt::skip]
pub(crate) const CASES: &[Case] = &[
    // ---- the command line ---------------------------------------------------------------------
    program("c", &["python3", "-c", "print(1)"], "1\n"),
    program("c_argv", &["python3", "-c", "import sys; print(sys.argv)", "a", "-b", "--", "c"], "['-c', 'a', '-b', '--', 'c']\n"),
    program("c_attached", &["python3", "-cprint(2)"], "2\n"),
    program("c_combined", &["python3", "-Bsc", "print(3)"], "3\n"),
    program("c_unicode", &["python3", "-c", "print('grüß 🎉', len('🎉'))"], "grüß 🎉 1\n"),
    program("c_orig_argv", &["python3", "-B", "-c", "import sys; print(sys.orig_argv[1:3])"], "['-B', '-c']\n"),
    program("c_path_is_cwd", &["python3", "-c", "import sys; print(repr(sys.path[0]))"], "''\n"),
    Case { name: "c_missing_argument", argv: &["python3", "-c"], exit: 2, stderr: StartsWith("Argument expected for the -c option\nusage: python3 "), ..CASE },
    Case { name: "unknown_option", argv: &["python3", "-Z"], exit: 2, stderr: StartsWith("Unknown option: -Z\nusage: python3 [option] ..."), ..CASE },
    Case { name: "unknown_long_option", argv: &["python3", "--nonsense"], exit: 2, stderr: StartsWith("unknown option --nonsense\nusage: python3 "), ..CASE },
    Case { name: "version", argv: &["python3", "-V"], stdout: StartsWith("Python 3.14."), ..CASE },
    Case { name: "version_long", argv: &["python3", "--version"], stdout: StartsWith("Python 3.14."), ..CASE },
    Case { name: "version_twice", argv: &["python3", "-VV"], stdout: Contains(&["Python 3.14.", "Clang"]), ..CASE },
    Case { name: "help", argv: &["python3", "-h"], stdout: Contains(&["usage: python3 [option]", "-c cmd"]), ..CASE },
    Case { name: "script", argv: &["python3", "s.py", "x"], files: &[("s.py", "import sys\nprint(sys.argv, __name__)\n")], stdout: Is("['s.py', 'x'] __main__\n"), ..CASE },
    Case { name: "script_file_is_absolute", argv: &["python3", "d/s.py"], files: &[("d/s.py", "import os, sys\nprint(os.path.isabs(__file__), sys.path[0] == os.path.dirname(__file__))\n")], stdout: Is("True True\n"), ..CASE },
    Case { name: "script_missing", argv: &["python3", "none.py"], exit: 2, stderr: Contains(&["python3: can't open file '", "none.py': [Errno 2] No such file or directory\n"]), ..CASE },
    Case { name: "script_folder", argv: &["python3", "app"], files: &[("app/__main__.py", "import helper, sys\nprint(helper.VALUE, __name__)\n"), ("app/helper.py", "VALUE = 7\n")], stdout: Is("7 __main__\n"), ..CASE },
    Case { name: "script_folder_without_main", argv: &["python3", "empty"], files: &[("empty/x.txt", "")], exit: 1, stderr: Contains(&["can't find '__main__' module in"]), ..CASE },
    Case { name: "script_latin1", argv: &["python3", "l.py"], files: &[("l.py", "# -*- coding: utf-8 -*-\nprint('é')\n")], stdout: Is("é\n"), ..CASE },
    Case { name: "script_skip_first_line", argv: &["python3", "-x", "s.py"], files: &[("s.py", "not python at all\nprint('ok')\n")], stdout: Is("ok\n"), ..CASE },
    Case { name: "module", argv: &["python3", "-m", "json.tool", "--compact"], stdin: b"{\"a\": [1, 2]}", stdout: Is("{\"a\":[1,2]}\n"), ..CASE },
    Case { name: "module_own", argv: &["python3", "-m", "pkg.mod", "z"], files: &[("pkg/__init__.py", ""), ("pkg/mod.py", "import sys\nprint(__name__, __package__, sys.argv[1:])\n")], stdout: Is("__main__ pkg ['z']\n"), ..CASE },
    Case { name: "module_missing", argv: &["python3", "-m", "nonesuch"], exit: 1, stderr: Is("/usr/bin/python3: No module named nonesuch\n"), ..CASE },
    Case { name: "module_package_without_main", argv: &["python3", "-m", "json.nonesuch"], exit: 1, stderr: Contains(&["No module named json.nonesuch"]), ..CASE },
    Case { name: "stdin_program", argv: &["python3"], stdin: b"import sys\nprint(sys.argv, 1 + 1)\n", stdout: Is("[''] 2\n"), ..CASE },
    Case { name: "stdin_dash", argv: &["python3", "-", "a"], stdin: b"import sys; print(sys.argv)", stdout: Is("['-', 'a']\n"), ..CASE },
    Case { name: "stdin_empty", argv: &["python3"], stdout: Is(""), ..CASE },
    Case { name: "stdin_read", argv: &["python3", "-c", "print(input()); import sys; print(sys.stdin.read().upper())"], stdin: b"one\ntwo\nthree", stdout: Is("one\nTWO\nTHREE\n"), ..CASE },
    Case { name: "stdin_eof", argv: &["python3", "-c", "input()"], exit: 1, stderr: EndsWith("EOFError: EOF when reading a line\n"), ..CASE },
    program("optimize", &["python3", "-O", "-c", "assert False; print(__debug__); import sys; print(sys.flags.optimize)"], "False\n1\n"),
    program("optimize_twice", &["python3", "-OO", "-c", "def f():\n 'doc'\nprint(f.__doc__)"], "None\n"),
    program("isolated", &["python3", "-I", "-c", "import sys; print(sys.flags.isolated, sys.flags.ignore_environment, sys.flags.no_user_site, sys.flags.safe_path, '' in sys.path)"], "1 1 1 True False\n"),
    program("no_site", &["python3", "-S", "-c", "import sys; print('site' in sys.modules, 'exit' in dir(__builtins__), sys.flags.no_site)"], "False False 1\n"),
    program("safe_path", &["python3", "-P", "-c", "import sys; print('' in sys.path)"], "False\n"),
    program("unbuffered", &["python3", "-u", "-c", "import sys; print(sys.stdout.write_through, type(sys.stdout.buffer).__name__)"], "True FileIO\n"),
    program("no_bytecode", &["python3", "-B", "-c", "import sys; print(sys.dont_write_bytecode)"], "True\n"),
    program("x_option", &["python3", "-X", "foo", "-X", "bar=1", "-c", "import sys; print(sys._xoptions)"], "{'foo': True, 'bar': '1'}\n"),
    Case { name: "warnings_error", argv: &["python3", "-W", "error", "-c", "import warnings; warnings.warn('w')"], exit: 1, stderr: EndsWith("UserWarning: w\n"), ..CASE },
    Case { name: "warnings_ignore", argv: &["python3", "-Wignore", "-c", "import warnings; warnings.warn('w')"], ..CASE },
    Case { name: "warnings_default", argv: &["python3", "-c", "import warnings; warnings.warn('w')"], stderr: Is("<string>:1: UserWarning: w\n"), ..CASE },
    program("bytes_warning_flag", &["python3", "-b", "-c", "import sys; print(sys.flags.bytes_warning)"], "1\n"),
    Case { name: "interactive_after", argv: &["python3", "-q", "-i", "-c", "x = 41"], stdin: b"print(x + 1)\n", stdout: Contains(&["42"]), stderr: Any, ..CASE },
    // ---- the environment ----------------------------------------------------------------------
    Case { name: "env_path", argv: &["python3", "-c", "import extra; print(extra.V)"], env: &[("PYTHONPATH", "lib")], files: &[("lib/extra.py", "V = 9\n")], stdout: Is("9\n"), ..CASE },
    Case { name: "env_path_ignored", argv: &["python3", "-E", "-c", "import extra"], env: &[("PYTHONPATH", "lib")], files: &[("lib/extra.py", "V = 9\n")], exit: 1, stderr: EndsWith("ModuleNotFoundError: No module named 'extra'\n"), ..CASE },
    Case { name: "env_unbuffered", argv: &["python3", "-c", "import sys; print(sys.stdout.write_through)"], env: &[("PYTHONUNBUFFERED", "1")], stdout: Is("True\n"), ..CASE },
    Case { name: "env_optimize", argv: &["python3", "-c", "import sys; print(sys.flags.optimize)"], env: &[("PYTHONOPTIMIZE", "2")], stdout: Is("2\n"), ..CASE },
    Case { name: "env_no_bytecode", argv: &["python3", "-c", "import sys; print(sys.dont_write_bytecode)"], env: &[("PYTHONDONTWRITEBYTECODE", "x")], stdout: Is("True\n"), ..CASE },
    Case { name: "env_warnings", argv: &["python3", "-c", "import warnings; warnings.warn('w')"], env: &[("PYTHONWARNINGS", "ignore")], ..CASE },
    Case { name: "env_safe_path", argv: &["python3", "-c", "import sys; print('' in sys.path)"], env: &[("PYTHONSAFEPATH", "1")], stdout: Is("False\n"), ..CASE },
    Case { name: "env_io_encoding", argv: &["python3", "-c", "print('\\u00e9'.encode() and ascii(__import__('sys').stdout.encoding))"], env: &[("PYTHONIOENCODING", "latin-1:replace")], stdout: Is("'latin-1'\n"), ..CASE },
    Case { name: "env_seen", argv: &["python3", "-c", "import os; print(os.environ['A'], os.getenv('A'), os.environb[b'A'])"], env: &[("A", "grüß")], stdout: Is("grüß grüß b'gr\\xc3\\xbc\\xc3\\x9f'\n"), ..CASE },
    Case { name: "env_nothing_of_the_install", argv: &["python3", "-c", "import os; print([k for k in os.environ if k.startswith('PYTHON')])"], stdout: Is("[]\n"), ..CASE },
    program("executable", &["python3", "-c", "import sys; print(sys.executable, sys.prefix, sys.exec_prefix)"], "/usr/bin/python3 /usr /usr\n"),
    program("cwd", &["python3", "-c", "import os; print(os.getcwd() == os.environ['PWD'], os.path.abspath('x') == os.getcwd() + '/x')"], "True True\n"),
    program("encoding", &["python3", "-c", "import sys; print(sys.stdout.encoding, sys.getfilesystemencoding(), sys.getdefaultencoding())"], "utf-8 utf-8 utf-8\n"),
    // ---- exit statuses ------------------------------------------------------------------------
    Case { name: "exit_3", argv: &["python3", "-c", "import sys; sys.exit(3)"], exit: 3, ..CASE },
    Case { name: "exit_none", argv: &["python3", "-c", "raise SystemExit"], ..CASE },
    Case { name: "exit_text", argv: &["python3", "-c", "import sys; sys.exit('bad thing')"], exit: 1, stderr: Is("bad thing\n"), ..CASE },
    Case { name: "exit_256", argv: &["python3", "-c", "import sys; sys.exit(256)"], ..CASE },
    Case { name: "exit_minus_1", argv: &["python3", "-c", "exit(-1)"], exit: 255, ..CASE },
    Case { name: "exit_true", argv: &["python3", "-c", "import sys; sys.exit(True)"], exit: 1, ..CASE },
    Case { name: "exit_os", argv: &["python3", "-c", "import os; print('lost'); os._exit(5)"], exit: 5, stdout: Is(""), ..CASE },
    Case { name: "exit_uncaught", argv: &["python3", "-c", "raise ValueError('x')"], exit: 1, stderr: EndsWith("ValueError: x\n"), ..CASE },
    Case { name: "exit_keyboard_interrupt", argv: &["python3", "-c", "raise KeyboardInterrupt"], exit: 130, stderr: EndsWith("KeyboardInterrupt\n"), ..CASE },
    Case { name: "exit_in_thread_of_atexit", argv: &["python3", "-c", "import atexit; atexit.register(print, 'bye'); print('hi')"], stdout: Is("hi\nbye\n"), ..CASE },
    Case { name: "exit_atexit_after_error", argv: &["python3", "-c", "import atexit; atexit.register(print, 'bye'); 1/0"], exit: 1, stdout: Is("bye\n"), stderr: EndsWith("ZeroDivisionError: division by zero\n"), ..CASE },
    Case { name: "exit_writes_open_files", argv: &["python3", "-c", "f = open('o.txt', 'w'); f.write('kept')\nimport atexit\natexit.register(lambda: None)"], ..CASE },
    program("exit_calls_del", &["python3", "-c", "class A:\n def __del__(self): print('del')\na = A()\nprint('end')"], "end\ndel\n"),
    program("exit_calls_del_in_cycle", &["python3", "-c", "class A:\n def __del__(self): print('del')\na = A(); a.a = a\nprint('end')"], "end\ndel\n"),
    Case { name: "exit_stdout_closed", argv: &["python3", "-c", "import sys; sys.stdout.close()"], ..CASE },
    // ---- tracebacks ---------------------------------------------------------------------------
    Case { name: "traceback_c", argv: &["python3", "-c", "1/0"], exit: 1, stderr: Is("Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\n    1/0\n    ~^~\nZeroDivisionError: division by zero\n"), ..CASE },
    Case { name: "traceback_script", argv: &["python3", "s.py"], files: &[("s.py", "def f():\n    return {}['k']\n\nf()\n")], exit: 1, stderr: Contains(&["Traceback (most recent call last):\n  File \"", "s.py\", line 4, in <module>\n    f()\n    ~^^\n", "line 2, in f\n    return {}['k']\n           ~~^^^^^\nKeyError: 'k'\n"]), ..CASE },
    Case { name: "traceback_library", argv: &["python3", "-c", "import json; json.loads('{')"], exit: 1, stderr: Contains(&["File \"/usr/lib/python3.14/json/__init__.py\", line ", "return _default_decoder.decode(s)", "json.decoder.JSONDecodeError: "]), ..CASE },
    Case { name: "traceback_none_of_ours", argv: &["python3", "-c", "import traceback, sys; traceback.print_stack(file=sys.stdout); print(sys._getframe().f_back)"], stdout: Is("  File \"<string>\", line 1, in <module>\n    import traceback, sys; traceback.print_stack(file=sys.stdout); print(sys._getframe().f_back)\nNone\n"), ..CASE },
    Case { name: "traceback_syntax_error", argv: &["python3", "-c", "x = ("], exit: 1, stderr: Is("  File \"<string>\", line 1\n    x = (\n        ^\nSyntaxError: '(' was never closed\n"), ..CASE },
    Case { name: "traceback_syntax_error_script", argv: &["python3", "s.py"], files: &[("s.py", "print 'x'\n")], exit: 1, stderr: EndsWith("SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?\n"), ..CASE },
    Case { name: "traceback_chain", argv: &["python3", "-c", "try:\n 1/0\nexcept Exception as e:\n raise KeyError('k') from e"], exit: 1, stderr: Contains(&["ZeroDivisionError", "The above exception was the direct cause of the following exception:", "KeyError: 'k'"]), ..CASE },
    Case { name: "traceback_module", argv: &["python3", "-m", "m"], files: &[("m.py", "1/0\n")], exit: 1, stderr: Contains(&["<frozen runpy>", "m.py\", line 1, in <module>"]), ..CASE },
    Case { name: "traceback_lacks_us", argv: &["python3", "-c", "import nonesuch"], exit: 1, stderr: Lacks(&["_belljar"]), ..CASE },
    Case { name: "excepthook", argv: &["python3", "-c", "import sys; sys.excepthook = lambda *a: print('hook', a[0].__name__); 1/0"], exit: 1, stdout: Is("hook ZeroDivisionError\n"), ..CASE },
    // ---- nothing frozen that must be fresh ----------------------------------------------------
    Case { name: "fresh_random", argv: &["python3", "-c", "import random; print(random.random())"], stdout: FreshEachRun, ..CASE },
    Case { name: "fresh_random_through_other", argv: &["python3", "-c", "import tempfile, random; print(random.random(), next(tempfile._get_candidate_names()))"], stdout: FreshEachRun, ..CASE },
    Case { name: "fresh_tempfile", argv: &["python3", "-c", "import tempfile; print(next(tempfile._get_candidate_names()))"], stdout: FreshEachRun, ..CASE },
    Case { name: "fresh_uuid1", argv: &["python3", "-c", "import uuid; print(uuid.uuid1())"], stdout: FreshEachRun, ..CASE },
    Case { name: "fresh_uuid4", argv: &["python3", "-c", "import uuid; print(uuid.uuid4())"], stdout: FreshEachRun, ..CASE },
    Case { name: "fresh_secrets", argv: &["python3", "-c", "import secrets; print(secrets.token_hex())"], stdout: FreshEachRun, ..CASE },
    Case { name: "fresh_system_random", argv: &["python3", "-c", "import random; print(random.SystemRandom().random())"], stdout: FreshEachRun, ..CASE },
    Case { name: "fresh_authkey", argv: &["python3", "-c", "import multiprocessing.process as p; print(bytes(p.current_process().authkey))"], stdout: FreshEachRun, ..CASE },
    Case { name: "fresh_boundary", argv: &["python3", "-c", "import email.generator as g; print(g._make_boundary())"], stdout: FreshEachRun, ..CASE },
    Case { name: "fresh_time", argv: &["python3", "-c", "import time; print(time.time_ns())"], stdout: FreshEachRun, ..CASE },
    program("fresh_process_time", &["python3", "-c", "import time; print(0 <= time.process_time() < 5)"], "True\n"),
    program("fresh_logging_start", &["python3", "-c", "import logging, time; print(abs(logging._startTime / 1e9 - time.time()) < 5)"], "True\n"),
    program("fresh_main", &["python3", "-c", "print(sorted(globals()))"], "['__builtins__', '__doc__', '__loader__', '__name__', '__package__', '__spec__']\n"),
    Case { name: "hash_seed_per_install", argv: &["python3", "-c", "print(hash('abc'))"], stdout: SameEachRun, ..CASE },
    program("random_seeded", &["python3", "-c", "import random; random.seed(1); print(random.randint(0, 10**6))"], "140891\n"),
    // ---- imports ------------------------------------------------------------------------------
    program("modules_at_start", &["python3", "-c", "import sys; print(sorted({'re', 'json', 'random', 'asyncio', 'traceback', 'runpy', 'linecache', 'typing', '_belljar', '_belljar_host'} & set(sys.modules)))"], "[]\n"),
    program("modules_brought_in", &["python3", "-c", "import json, sys; print('json.decoder' in sys.modules, json.decoder.__name__, 're' in sys.modules)"], "True json.decoder True\n"),
    Case { name: "submodule_needs_import", argv: &["python3", "-c", "import xml; xml.etree"], exit: 1, stderr: EndsWith("AttributeError: module 'xml' has no attribute 'etree'\n"), ..CASE },
    Case { name: "shadow_statistics", argv: &["python3", "s.py"], files: &[("s.py", "import statistics; print(statistics.MINE)\n"), ("statistics.py", "MINE = 1\n")], stdout: Is("1\n"), ..CASE },
    Case { name: "shadow_random_c", argv: &["python3", "-c", "import random; print(random.MINE)"], files: &[("random.py", "MINE = 2\n")], stdout: Is("2\n"), ..CASE },
    Case { name: "shadow_isolated", argv: &["python3", "-I", "-c", "import random; print(hasattr(random, 'MINE'))"], files: &[("random.py", "MINE = 2\n")], stdout: Is("False\n"), ..CASE },
    Case { name: "shadow_package", argv: &["python3", "-c", "import json; print(json.MINE)"], files: &[("json/__init__.py", "MINE = 3\n")], stdout: Is("3\n"), ..CASE },
    program("reload", &["python3", "-c", "import importlib, json; json.x = 1; importlib.reload(json); print(json.x, json.loads('1'))"], "1 1\n"),
    program("reimport", &["python3", "-c", "import sys, json; a = json; del sys.modules['json']; import json; print(a is json, json.loads('[]'))"], "False []\n"),
    program("getsource", &["python3", "-c", "import inspect, textwrap; print(inspect.getsource(textwrap.dedent).splitlines()[0])"], "def dedent(text):\n"),
    program("module_file", &["python3", "-c", "import json, os; print(json.__file__, os.path.exists(json.__file__), json.__spec__.loader.__class__.__name__)"], "/usr/lib/python3.14/json/__init__.py True SourceFileLoader\n"),
    program("pkgutil", &["python3", "-c", "import pkgutil, json; print([m.name for m in pkgutil.iter_modules(json.__path__)])"], "['__main__', 'decoder', 'encoder', 'scanner', 'tool']\n"),
    program("resources", &["python3", "-c", "import importlib.resources as r; print(r.files('json').joinpath('__init__.py').is_file())"], "True\n"),
    program("metadata", &["python3", "-c", "import importlib.metadata as m; print(list(m.distributions()))"], "[]\n"),
    program("find_spec", &["python3", "-c", "import importlib.util as u; print(u.find_spec('json').origin, u.find_spec('nonesuch'))"], "/usr/lib/python3.14/json/__init__.py None\n"),
    Case { name: "pycache", argv: &["python3", "-c", "import m, os; print(os.listdir('__pycache__'))"], files: &[("m.py", "")], stdout: Is("['m.cpython-314.pyc']\n"), ..CASE },
    // Every module of the standard library that exists here imports, one after the other.
    Case { name: "import_everything", argv: &["python3", "-W", "ignore", "-c", IMPORT_EVERYTHING], stdout: Is("bz2 ctypes ctypes.util curses dbm.gnu dbm.ndbm ensurepip fcntl grp idlelib lzma mmap msvcrt nt pty pwd readline resource ssl syslog termios tkinter tty turtle turtledemo winreg winsound\n"), stderr: Any, ..CASE },
    // ---- limits -------------------------------------------------------------------------------
    Case { name: "recursion", argv: &["python3", "-c", "def f(): f()\nf()"], exit: 1, stderr: EndsWith("RecursionError: maximum recursion depth exceeded\n"), ..CASE },
    Case { name: "recursion_in_c", argv: &["python3", "-c", "x = []\nfor _ in range(10**5): x = [x]\nrepr(x)"], exit: 1, stderr: Contains(&["RecursionError"]), ..CASE },
    Case { name: "recursion_caught", argv: &["python3", "-c", "def f(n): return f(n + 1)\ntry: f(0)\nexcept RecursionError: print('caught')"], stdout: Is("caught\n"), ..CASE },
    Case { name: "memory_error", argv: &["python3", "-c", "x = bytearray(1 << 30)"], exit: 1, stderr: EndsWith("MemoryError\n"), ..CASE },
    Case { name: "memory_error_caught", argv: &["python3", "-c", "l = []\ntry:\n while True: l.append(bytearray(16 << 20))\nexcept MemoryError:\n l = None; print('caught')"], stdout: Is("caught\n"), ..CASE },
    // ---- the library at work --------------------------------------------------------------------
    program("asyncio_run", &["python3", "-c", "import asyncio\nasync def f():\n await asyncio.sleep(0.001); return 5\nprint(asyncio.run(f()))"], "5\n"),
    program("asyncio_gather", &["python3", "-c", "import asyncio\nasync def f(i):\n await asyncio.sleep(0); return i\nasync def m(): return await asyncio.gather(*map(f, range(3)))\nprint(asyncio.run(m()))"], "[0, 1, 2]\n"),
    program("sqlite", &["python3", "-c", "import sqlite3; c = sqlite3.connect('t.db'); c.execute('create table t(a)'); c.execute('insert into t values(7)'); c.commit(); c.close(); print(sqlite3.connect('t.db').execute('select a from t').fetchall())"], "[(7,)]\n"),
    program("hashlib", &["python3", "-c", "import hashlib; print(hashlib.sha256(b'x').hexdigest()[:8], hashlib.md5(b'x').hexdigest()[:8])"], "2d711642 9dd4e461\n"),
    program("decimal", &["python3", "-c", "from decimal import Decimal as D; print(D(1) / D(3))"], "0.3333333333333333333333333333\n"),
    program("dataclass", &["python3", "-c", "from dataclasses import dataclass\n@dataclass\nclass P:\n x: int = 1\nprint(P())"], "P(x=1)\n"),
    program("zip_and_tar", &["python3", "-c", "import io, zipfile, tarfile; b = io.BytesIO(); z = zipfile.ZipFile(b, 'w', 8); z.writestr('a', 'b' * 99); z.close(); print(zipfile.ZipFile(b).read('a')[:3])"], "b'bbb'\n"),
    program("files", &["python3", "-c", "import pathlib, os, shutil; p = pathlib.Path('d/e'); p.mkdir(parents=True); (p / 'f.txt').write_text('hi'); print((p / 'f.txt').read_text(), sorted(os.listdir('d'))); shutil.rmtree('d'); print(os.path.exists('d'))"], "hi ['e']\nFalse\n"),
    program("sleep", &["python3", "-c", "import time; t = time.monotonic(); time.sleep(0.05); print(time.monotonic() - t >= 0.05)"], "True\n"),
    Case { name: "subprocess_refused", argv: &["python3", "-c", "import subprocess; subprocess.run(['ls'])"], exit: 1, stderr: Contains(&["OSError", "processes are not supported"]), ..CASE },
    Case { name: "thread_refused", argv: &["python3", "-c", "import threading; threading.Thread(target=print).start()"], exit: 1, stderr: EndsWith("RuntimeError: can't start new thread\n"), ..CASE },
    program("unittest", &["python3", "-c", "import unittest, io\nclass T(unittest.TestCase):\n def test(self): self.assertEqual(1, 1)\nprint(unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(T)).wasSuccessful())"], "True\n"),
    program("signal_handler", &["python3", "-c", "import signal\nsignal.signal(signal.SIGTERM, lambda *a: print('got', a[0]))\nsignal.raise_signal(signal.SIGTERM)"], "got 15\n"),
    program("big_output", &["python3", "-c", "print(len('x' * 10**6)); import sys; sys.stderr.write('')"], "1000000\n"),
];

/// Imports every module of the standard library in one process and prints those that fail.
const IMPORT_EVERYTHING: &str = r"
import sys, importlib, io
skip = {'antigravity', 'this', '__main__'}
missing = []
out, sys.stdout = sys.stdout, io.StringIO()
for name in sorted(sys.stdlib_module_names):
    if name.startswith('_') or name in skip: continue
    try: importlib.import_module(name)
    except ImportError: missing.append(name)
sys.stdout = out
for name in ['dbm.gnu', 'dbm.ndbm', 'concurrent.futures.process', 'multiprocessing.pool', 'xml.sax.expatreader', 'email.mime.image', 'encodings.cp437', 'encodings.big5', 'unittest.mock', 'wsgiref.simple_server', 'importlib.resources.abc', 'json.tool', 'urllib.robotparser', 'asyncio.taskgroups', 'ctypes.util']:
    try: importlib.import_module(name)
    except ImportError: missing.append(name)
print(*sorted(missing))
";
