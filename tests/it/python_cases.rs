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
    Case { name: "import_everything", argv: &["python3", "-W", "ignore", "-c", IMPORT_EVERYTHING], stdout: Is("bz2 ctypes ctypes.util curses dbm.gnu dbm.ndbm ensurepip fcntl idlelib lzma mmap msvcrt nt pty readline resource ssl syslog termios tkinter tty turtle turtledemo winreg winsound\n"), stderr: Any, ..CASE },
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
    // ---- processes ------------------------------------------------------------------------------
    program("subprocess_run", &["python3", "-c", RUN], "CompletedProcess(args=['python3', '-c', 'print(1)'], returncode=0, stdout='1\\n', stderr='')\n"),
    program("subprocess_inherits", &["python3", "-c", "import subprocess, sys; print('a', flush=True); subprocess.run([sys.executable, '-c', 'print(2)']); print('c')"], "a\n2\nc\n"),
    Case { name: "subprocess_inherits_stdin", argv: &["python3", "-c", "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(input())']); sys.exit(4)"], stdin: b"from outside\n", exit: 4, stdout: Is("from outside\n"), ..CASE },
    program("subprocess_streams", &["python3", "-c", STREAMS], "out err out+err 0 b'' None\n"),
    program("subprocess_large_both_ways", &["python3", "-c", LARGE], "True 3000000 True\n"),
    program("subprocess_text", &["python3", "-c", "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'print(ascii(input()))'], input='gr\\u00fc\\u00df\\n', encoding='utf-8', stdout=-1).stdout)"], "'gr\\xfc\\xdf'\n\n"),
    program("subprocess_unbuffered_and_line_by_line", &["python3", "-c", TALK], "2\n4\n8\n0\n"),
    program("subprocess_pipeline", &["python3", "-c", PIPELINE], "b'3\\n'\n"),
    program("subprocess_returncodes", &["python3", "-c", RETURNCODES], "0 7 255 -15 -9 -2 -10\n"),
    program("subprocess_timeouts", &["python3", "-c", TIMEOUTS], "TimeoutExpired True True -9\nTimeoutExpired b'early\\n' True\n0\n"),
    program("subprocess_poll", &["python3", "-c", "import subprocess, sys\np = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\nprint(p.poll(), p.stdin.write(b'x\\n'), p.stdin.close(), p.wait(), p.poll(), p.wait(1), p.pid > 1)"], "None 2 None 0 0 0 True\n"),
    Case { name: "subprocess_check", argv: &["python3", "-c", "import subprocess, sys; subprocess.check_call([sys.executable, '-c', 'exit(3)'])"], exit: 1, stderr: EndsWith("returned non-zero exit status 3.\n"), ..CASE },
    program("subprocess_errors", &["python3", "-c", ERRORS], "FileNotFoundError 44 nonesuch\nFileNotFoundError 44 ./nonesuch\nFileNotFoundError 44 gone\nNotADirectoryError 54 file\nPermissionError 2 ./file\nPermissionError 2 ./\nOSError 45 ./run\nOSError 58 None\nOSError 58 None\nValueError embedded null byte\n"),
    program("subprocess_env_and_cwd", &["python3", "-c", ENVIRONMENT], "True 1 None\nTrue True\n"),
    program("subprocess_files", &["python3", "-c", FILES], "'before\\nchild\\nafter\\n'\n'two\\n'\n'a\\nchild\\n'\nb'kept'\n'child\\n'\n"),
    program("subprocess_group", &["python3", "-c", GROUPS], "True True True\n"),
    program("subprocess_sigpipe", &["python3", "-c", SIGPIPE], "BrokenPipeError\n-13\n"),
    program("subprocess_signals", &["python3", "-c", SIGNALS], "alarm 0\nboom -9\n[17]\nb'alive\\n'\nKeyboardInterrupt -2\n"),
    program("subprocess_deleted_file", &["python3", "-c", "import os, subprocess, sys\nf = open('f', 'w+'); f.write('data'); f.flush(); os.remove('f'); f.seek(0)\nprint(subprocess.check_output([sys.executable, '-c', 'print(input())'], stdin=f))\ntry: subprocess.run([sys.executable], stdout=f)\nexcept OSError as e: print(e.errno)"], "b'data\\n'\n58\n"),
    program("subprocess_sys_executable_m", &["python3", "-c", "import subprocess, sys; print(subprocess.check_output([sys.executable, '-m', 'json.tool', '--compact'], input=b'[1, 2]'))"], "b'[1,2]\\n'\n"),
    program("subprocess_many", &["python3", "-c", "import subprocess, sys\nps = [subprocess.Popen([sys.executable, '-c', f'exit({i})']) for i in range(8)]\nprint([p.wait() for p in ps])"], "[0, 1, 2, 3, 4, 5, 6, 7]\n"),
    program("os_pipe", &["python3", "-c", "import os, select, stat\nr, w = os.pipe()\nprint(select.select([r], [w], [], 0)[1] == [w], os.write(w, b'x'), select.select([r], [], [])[0] == [r], os.read(r, 9), stat.filemode(os.fstat(r).st_mode))\nos.set_blocking(r, False)\ntry: os.read(r, 1)\nexcept BlockingIOError as e: print(e.errno)\nos.close(w)\nprint(os.read(r, 1))\nos.close(r)"], "True 1 True b'x' prw-------\n6\nb''\n"),
    program("os_wait", &["python3", "-c", WAITING], "True (0, 0) True 5 ChildProcessError\n9 True\n"),
    program("os_kill", &["python3", "-c", "import os, signal\nsignal.signal(signal.SIGUSR1, lambda n, f: print('got', n))\nos.kill(os.getpid(), signal.SIGUSR1)\nos.kill(os.getpid(), 0)\ntry: os.kill(123456, 0)\nexcept ProcessLookupError: print('none')"], "got 10\nnone\n"),
    Case { name: "os_kill_self", argv: &["python3", "-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM); import time; time.sleep(60)"], exit: 143, ..CASE },
    program("os_exec", &["python3", "-c", "import os, sys; print('lost'); os.execv(sys.executable, ['python3', '-c', 'print(2); exit(0)'])"], "2\n"),
    program("os_spawn", &["python3", "-c", "import os, sys\nprint(os.spawnl(os.P_WAIT, sys.executable, 'python3', '-c', 'exit(6)'), os.spawnvp(os.P_WAIT, 'nonesuch', ['x']))\np = os.posix_spawn(sys.executable, ['python3', '-c', 'exit(8)'], os.environ)\nprint(os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]))"], "6 127\n8\n"),
    program("os_ids", &["python3", "-c", "import os, subprocess, sys\nout = subprocess.check_output([sys.executable, '-c', 'import os; print(os.getppid(), os.getpgrp(), os.getpid())']).split()\nprint(int(out[0]) == os.getpid(), int(out[1]) == os.getpgrp(), out[2] != out[0])"], "True True True\n"),
    Case { name: "fork_is_not_there", argv: &["python3", "-c", "import os; os.fork()"], exit: 1, stderr: EndsWith("AttributeError: module 'os' has no attribute 'fork'\n"), ..CASE },
    Case { name: "multiprocessing_refused", argv: &["python3", "-c", "import multiprocessing; multiprocessing.Process(target=print).start()"], exit: 1, stderr: Contains(&["OSError: [Errno 58] multiprocessing is not supported"]), ..CASE },
    program("asyncio_subprocess", &["python3", "-c", ASYNCIO], "(b'HELLO', None) 3\n[b'0\\n', b'1\\n', b'2\\n', b'3\\n'] True\n-9\nFileNotFoundError\n"),
    program("asyncio_signal_handler", &["python3", "-c", "import asyncio, os, signal\nasync def main():\n e = asyncio.Event()\n asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, e.set)\n asyncio.get_running_loop().call_later(0.01, os.kill, os.getpid(), signal.SIGUSR1)\n await e.wait(); print('woken')\nasyncio.run(main())"], "woken\n"),
    // ---- permission bits and identity -----------------------------------------------------------
    program("modes", &["python3", "-c", MODES], "-rw-r--r-- drwxr-xr-x\n-rwxr-x--- 0o640 -rw-r-----\n0o22 -rw------- drwx------\n-rw-------\n-rwxr-xr-x -rw-r-----\n0o77 0o22\n"),
    program("access", &["python3", "-c", "import os\nopen('f', 'w').close(); os.chmod('f', 0o444)\nprint(os.access('f', os.R_OK), os.access('f', os.W_OK), os.access('f', os.X_OK), os.access('none', os.F_OK), os.access('.', os.X_OK | os.W_OK))\ntry: open('f', 'w')\nexcept PermissionError as e: print(e.errno)"], "True False False False True\n2\n"),
    program("which", &["python3", "-c", "import os, shutil\nos.mkdir('bin'); open('bin/tool', 'w').close(); path = os.path.abspath('bin')\nprint(shutil.which('python3'), shutil.which('tool', path=path)); os.chmod('bin/tool', 0o755); print(shutil.which('tool', path=path) == path + '/tool')"], "/usr/bin/python3 None\nTrue\n"),
    program("stat_agrees", &["python3", "-c", "import os\nf = open('f', 'w'); os.chdir('..')\nos.mkdir('d'); os.chdir('d'); g = open('g', 'w'); g.write('xyz'); g.flush()\na, b = os.fstat(g.fileno()), os.stat('g')\nprint(a == b, b.st_size, b.st_uid == os.getuid(), os.path.samestat(a, b)); os.symlink('g', 'l'); print(oct(os.lstat('l').st_mode), os.stat('l') == os.stat('g'))"], "True 3 True True\n0o120777 True\n"),
    program("identity", &["python3", "-c", "import getpass, grp, os, platform, pwd, socket\nme = pwd.getpwuid(os.getuid())\nprint(me.pw_name == os.getlogin() == getpass.getuser(), me == pwd.getpwnam(me[0]), me.pw_dir == os.environ['HOME'], os.geteuid() == os.getuid(), grp.getgrgid(os.getgid()).gr_gid == os.getegid())\nprint(platform.node() == socket.gethostname() == os.uname().nodename != '', os.cpu_count() >= 1, os.process_cpu_count() >= 1)\ntry: pwd.getpwnam('nobody knows')\nexcept KeyError as e: print(e)"], "True True True True True\nTrue True True\n\"getpwnam(): name not found: 'nobody knows'\"\n"),
    program("terminal_size", &["python3", "-c", "import os, shutil\nprint(shutil.get_terminal_size())\ntry: os.get_terminal_size()\nexcept OSError as e: print(e.errno)"], "os.terminal_size(columns=80, lines=24)\n59\n"),
    program("disk_usage", &["python3", "-c", "import shutil; u = shutil.disk_usage('/'); print(u.total >= u.used + u.free > 0)"], "True\n"),
    program("path_chmod", &["python3", "-c", "import pathlib, tarfile, stat\np = pathlib.Path('s'); p.write_text('x'); p.chmod(0o750)\nt = tarfile.open('t.tar', 'w'); t.add('s'); t.close(); p.unlink()\ntarfile.open('t.tar').extractall(filter='fully_trusted'); print(stat.filemode(p.stat().st_mode), tarfile.open('t.tar').getmember('s').uname)"], "-rwxr-x--- agentuity\n"),
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

const RUN: &str = r#"
import subprocess
print(subprocess.run(['python3', '-c', 'print(1)'], capture_output=True, text=True))
"#;

const STREAMS: &str = r#"
import subprocess, sys
from subprocess import PIPE, DEVNULL, STDOUT
code = 'import sys; print(input(), end=str(), flush=True); sys.stderr.write(sys.argv[1])'
def run(**streams): return subprocess.run([sys.executable, '-c', code, streams.pop('err', 'err')], input='out', text=True, **streams)
both = run(stdout=PIPE, stderr=PIPE)
mixed = run(stdout=PIPE, stderr=STDOUT, err='+err')
none = run(stdout=DEVNULL, stderr=DEVNULL)
empty = subprocess.run([sys.executable, '-c', 'import sys; sys.stdout.write(sys.stdin.read())'], stdin=DEVNULL, stdout=PIPE)
print(both.stdout, both.stderr, mixed.stdout, none.returncode, empty.stdout, none.stdout)
"#;

const LARGE: &str = r#"
import subprocess, sys
data = bytes(range(256)) * 8000
code = '''
import sys
while part := sys.stdin.buffer.read1(1000):
    sys.stdout.buffer.write(part); sys.stdout.buffer.flush(); sys.stderr.buffer.write(part)
'''
p = subprocess.run([sys.executable, '-c', code], input=data, capture_output=True)
one = subprocess.run([sys.executable, '-c', 'print(chr(120) * 2999999)'], stdout=subprocess.PIPE)
print(p.stdout == data, len(one.stdout), p.stderr == data)
"#;

const TALK: &str = r#"
import subprocess, sys
code = 'for line in iter(input, str()): print(int(line) * 2, flush=True)'
p = subprocess.Popen([sys.executable, '-c', code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
n = 1
for _ in range(3):
    print(n, file=p.stdin)
    n = int(p.stdout.readline())
    print(n)
print(file=p.stdin)
print(p.wait())
"#;

const PIPELINE: &str = r#"
import subprocess, sys
def start(code, stdin): return subprocess.Popen([sys.executable, '-c', code], stdin=stdin, stdout=subprocess.PIPE)
one = start('for i in range(100000): print(i)', None)
two = start('import sys; print(*[line for line in sys.stdin if line.startswith(chr(57) * 4)], sep=str(), end=str())', one.stdout)
one.stdout.close()
three = start('import sys; print(len(set(line[:2] for line in sys.stdin.read().split())) + 2)', two.stdout)
two.stdout.close()
print(three.communicate()[0])
"#;

const RETURNCODES: &str = r#"
import os, signal, subprocess, sys
def code(text): return subprocess.run([sys.executable, '-c', text], stderr=subprocess.DEVNULL).returncode
def killed(number):
    p = subprocess.Popen([sys.executable, '-c', 'import time; print(flush=True); time.sleep(60)'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    p.stdout.readline()
    p.send_signal(number)
    return p.wait()
print(code('0'), code('exit(7)'), code('exit(-1)'), killed(signal.SIGTERM), killed(signal.SIGKILL), killed(signal.SIGINT), killed(signal.SIGUSR1))
"#;

const TIMEOUTS: &str = r#"
import subprocess, sys, time
from subprocess import PIPE, TimeoutExpired
begin = time.monotonic()
p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])
try: p.wait(0.1)
except TimeoutExpired as e: name = type(e).__name__
took = time.monotonic() - begin
p.kill()
print(name, 0.1 <= took < 30, p.wait() == p.returncode, p.returncode)
try: subprocess.run([sys.executable, '-c', 'import time; print("early", flush=True); time.sleep(60)'], stdout=PIPE, timeout=5)
except TimeoutExpired as e: print(type(e).__name__, e.stdout, e.timeout == 5)
print(subprocess.run([sys.executable, '-c', ''], timeout=60).returncode)
"#;

const ERRORS: &str = r#"
import os, subprocess, sys
open('file', 'w').close()
open('run', 'w').write('neither a script nor WebAssembly')
os.chmod('run', 0o755)
def attempt(args, **options):
    try: subprocess.run(args, **options)
    except OSError as e: print(type(e).__name__, e.errno, e.filename)
    except ValueError as e: print(type(e).__name__, e)
attempt(['nonesuch'])
attempt(['./nonesuch'])
attempt([sys.executable], cwd='gone')
attempt([sys.executable], cwd='file')
attempt(['./file'])
attempt(['./'])
attempt(['./run'])
attempt([sys.executable, '-c', ''], preexec_fn=print)
attempt([sys.executable, '-c', ''], pass_fds=[5])
attempt([sys.executable, '-c', '\0'])
"#;

const ENVIRONMENT: &str = r#"
import os, subprocess, sys
code = 'import os; print(os.getcwd(), os.environ.get("A"), os.environ.get("HOME"))'
def run(**options): return subprocess.check_output([sys.executable, '-c', code], text=True, **options).split()
os.mkdir('sub')
here = os.getcwd()
out = run(cwd='sub', env={'A': '1'})
print(out[0] == here + '/sub', *out[1:])
os.chdir('sub')
os.environ['A'] = '2'
out = run()
print(out == [here + '/sub', '2', os.environ['HOME']], run(cwd='..')[0] == here)
"#;

const FILES: &str = r#"
import subprocess, sys, tempfile
def run(code='print("child")', **streams): subprocess.run([sys.executable, '-c', code], check=True, **streams)
with open('log', 'w') as f:
    f.write('before\n'); f.flush()
    run(stdout=f)
    f.write('after\n')
print(repr(open('log').read()), flush=True)
open('in', 'w').write('one\ntwo\n')
with open('in', 'rb', buffering=0) as f:
    f.read(4)
    run('print(repr(input() + chr(10)), flush=True)', stdin=f)
open('a', 'w').write('a\n')
with open('a', 'a') as f: run(stdout=f)
print(repr(open('a').read()))
with tempfile.TemporaryFile() as f:
    f.write(b'kept'); f.seek(0)
    print(subprocess.run([sys.executable, '-c', 'import sys; sys.stdout.write(sys.stdin.read())'], stdin=f, stdout=subprocess.PIPE).stdout)
with tempfile.TemporaryFile('w+') as f:
    run(stdout=f); f.seek(0)
    print(repr(f.read()))
"#;

const GROUPS: &str = r#"
import os, signal, subprocess, sys
code = 'import os; print(os.getpgrp() == os.getpid())'
alone = subprocess.run([sys.executable, '-c', code], stdout=subprocess.PIPE, start_new_session=True)
setsid = subprocess.run([sys.executable, '-c', code], stdout=subprocess.PIPE, preexec_fn=os.setsid)
p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], process_group=0)
os.killpg(os.getpgid(p.pid), signal.SIGTERM)
print(alone.stdout == b'True\n', setsid.stdout == b'True\n', p.wait() == -15)
"#;

const SIGPIPE: &str = r#"
import subprocess, sys
p = subprocess.Popen([sys.executable, '-c', ''], stdin=subprocess.PIPE, bufsize=0)
p.wait()
try: p.stdin.write(b'x')
except BrokenPipeError as e: print(type(e).__name__)
code = 'import signal, sys; signal.signal(signal.SIGPIPE, signal.SIG_DFL); print(flush=True); sys.stdin.read(); print(flush=True)'
p = subprocess.Popen([sys.executable, '-c', code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
p.stdout.readline()
p.stdout.close()
p.stdin.close()
print(p.wait())
"#;

const SIGNALS: &str = r#"
import os, signal, subprocess, sys, time
def child(code, **streams): return subprocess.Popen([sys.executable, '-c', 'import os, sys, time; ' + code], **streams)
signal.signal(signal.SIGUSR1, lambda *a: print('alarm', end=' '))
p = child(f'os.kill({os.getpid()}, 10); time.sleep(.1)')
print(p.wait())
def boom(*a): raise RuntimeError('boom')
signal.signal(signal.SIGUSR2, boom)
p = child(f'os.kill({os.getpid()}, 12); time.sleep(60)')
try: p.wait()
except RuntimeError as e: print(e, end=' ')
p.kill()
print(p.wait())
got = []
signal.signal(signal.SIGCHLD, lambda *a: got.append(a[0]))
child('').wait()
while not got: time.sleep(.01)
print(got)
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
p = child('print(flush=True); input(); print(\'alive\')', stdin=-1, stdout=-1)
p.stdout.readline()
p.terminate()
print(p.communicate(b'x\n')[0])
p = child('import asyncio; print(flush=True); asyncio.run(asyncio.sleep(60))', stdout=-1, stderr=-1)
p.stdout.readline()
p.send_signal(signal.SIGINT)
print(p.communicate()[1].decode().split()[-1], p.returncode)
"#;

const WAITING: &str = r#"
import os, sys
def spawn(code): return os.spawnv(os.P_NOWAIT, sys.executable, ['python3', '-c', code])
r, w = os.pipe()
slow = os.posix_spawn(sys.executable, ['python3', '-c', 'input(); exit(5)'], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, r, 0)])
print(slow > 1, os.waitpid(slow, os.WNOHANG), os.write(w, b'\n') == 1, end=' ')
print(os.waitstatus_to_exitcode(os.waitpid(slow, 0)[1]), end=' ')
try: os.waitpid(slow, 0)
except ChildProcessError as e: print(type(e).__name__)
pids = {spawn('exit(4)'), spawn('exit(5)')}
ends = [os.wait(), os.waitpid(-1, 0)]
print(sum(os.WEXITSTATUS(status) for _, status in ends if os.WIFEXITED(status)), {pid for pid, _ in ends} == pids)
"#;

const ASYNCIO: &str = r#"
import asyncio, sys, time
from asyncio.subprocess import PIPE
def child(code, **streams): return asyncio.create_subprocess_exec(sys.executable, '-c', code, **streams)
async def answer(n):
    p = await child(f'print({n})', stdout=PIPE)
    return (await p.communicate())[0]
async def main():
    p = await child('print(input().upper(), end=str()); exit(3)', stdin=PIPE, stdout=PIPE)
    print(await p.communicate(b'hello\n'), p.returncode)
    print(await asyncio.gather(*map(answer, range(4))), end=' ')
    data = bytes(500000)
    p = await child('import sys, shutil; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)', stdin=PIPE, stdout=PIPE)
    print((await p.communicate(data))[0] == data)
    p = await child('import time; time.sleep(60)')
    try: await asyncio.wait_for(p.wait(), 0.05)
    except TimeoutError: p.kill()
    print(await p.wait())
    try: await asyncio.create_subprocess_exec('nonesuch')
    except FileNotFoundError as e: print(type(e).__name__)
asyncio.run(main())
"#;

const MODES: &str = r#"
import os, stat, tempfile
def mode(path): return stat.filemode(os.stat(path).st_mode)
open('f', 'w').close(); os.mkdir('d')
print(mode('f'), mode('d'))
os.chmod('f', 0o750)
with open('f') as f:
    before = stat.filemode(os.fstat(f.fileno()).st_mode)
    os.fchmod(f.fileno(), 0o640)
    print(before, oct(os.fstat(f.fileno()).st_mode & 0o777), mode('f'))
fd, path = tempfile.mkstemp(dir='.')
print(oct(os.umask(0o022)), mode(path), mode(tempfile.mkdtemp(dir='.')))
os.close(os.open('g', os.O_CREAT | os.O_WRONLY, 0o600))
print(mode('g'))
os.close(os.open('h', os.O_CREAT | os.O_WRONLY))
os.close(os.open('f', os.O_CREAT | os.O_WRONLY, 0o777))
print(mode('h'), mode('f'))
os.umask(0o077)
print(oct(os.umask(0o022)), oct(os.umask(0o022)))
"#;
