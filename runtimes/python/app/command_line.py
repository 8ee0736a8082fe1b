"""CPython's command line and PYTHON* variables."""

import os
import sys

USAGE = """\
usage: {0} [option] ... [-c cmd | -m mod | file | -] [arg] ...
"""
HINT = "Try `{0} -h' for more information."

HELP = """\
Options (and corresponding environment variables):
-b     : issue warnings about converting bytes/bytearray to str and comparing
         bytes/bytearray with str or bytes with int; also: -bb: error
-B     : don't write .pyc files on import; also PYTHONDONTWRITEBYTECODE=x
-c cmd : program passed in as string (terminates option list)
-d     : accepted and ignored; also PYTHONDEBUG=x
-E     : ignore PYTHON* environment variables (such as PYTHONPATH)
-h     : print this help message and exit (also -? or --help)
-i     : inspect interactively after running script; also PYTHONINSPECT=x
-I     : isolate Python from the user's environment (implies -E, -P and -s)
-m mod : run library module as a script (terminates option list)
-O     : remove assert and __debug__-dependent statements; also PYTHONOPTIMIZE=x
-OO    : do -O changes and also discard docstrings
-P     : don't prepend a potentially unsafe path to sys.path; also
         PYTHONSAFEPATH
-q     : don't print version and copyright messages on interactive startup
-s     : don't add user site directory to sys.path; also PYTHONNOUSERSITE=x
-S     : don't imply 'import site' on initialization
-u     : force the stdout and stderr streams to be unbuffered; also
         PYTHONUNBUFFERED=x
-v     : verbose (trace import statements); also PYTHONVERBOSE=x
-V     : print the Python version number and exit (also --version);
         -VV prints more
-W arg : warning control (arg is action:message:category:module:lineno); also
         PYTHONWARNINGS=arg
-x     : skip first line of source, allowing use of non-Unix forms of #!cmd
-X opt : set implementation-specific option
--check-hash-based-pycs always|default|never:
         accepted and ignored
--help-env: print help about Python environment variables and exit
--help-xoptions: print help about implementation-specific -X options and exit
--help-all: print complete help information and exit

Arguments:
file   : program read from script file
-      : program read from stdin (default; interactive mode if a tty)
arg ...: arguments passed to program in sys.argv[1:]
"""

HELP_ENV = """\
Environment variables that change behavior:
PYTHONPATH              : ':'-separated list of directories prefixed to the
                          default module search path
PYTHONSAFEPATH          : don't prepend a potentially unsafe path to sys.path
PYTHONDONTWRITEBYTECODE : don't write .pyc files on import (-B)
PYTHONINSPECT           : inspect interactively after running script (-i)
PYTHONINTMAXSTRDIGITS   : limit the size of int<->str conversions
PYTHONIOENCODING        : encoding[:errors] used for stdin/stdout/stderr
PYTHONNOUSERSITE        : disable user site directory (-s)
PYTHONOPTIMIZE          : remove assert and __debug__-dependent statements (-O)
PYTHONPYCACHEPREFIX     : root directory for bytecode cache (pyc) files
PYTHONUNBUFFERED        : disable stdout/stderr buffering (-u)
PYTHONVERBOSE           : trace import statements (-v)
PYTHONWARNINGS=arg      : warning control (-W arg)
Ignored: PYTHONHASHSEED (the hash seed is chosen when the runtime is installed),
PYTHONHOME, PYTHONPLATLIBDIR, PYTHONSTARTUP without a terminal, and others.
"""

HELP_X = """\
The following implementation-specific options are available:
-X dev : enable Python Development Mode's warnings
-X int_max_str_digits=N: limit the size of int<->str conversions
-X pycache_prefix=PATH: root directory for bytecode cache (pyc) files
Others are accepted, are seen in sys._xoptions and do nothing.
"""

# Index in sys.flags of fields that PyConfig_Set refuses to change.
_INDEX = {name: index for index, name in enumerate(
    "debug inspect interactive optimize dont_write_bytecode no_user_site no_site ignore_environment "
    "verbose bytes_warning quiet hash_randomization isolated dev_mode utf8_mode "
    "warn_default_encoding safe_path int_max_str_digits".split())}


class Options:
    """What the command line and the environment ask for."""

    plain = True         # nothing but mode, source and arguments differs from the defaults
    mode = "stdin"       # "c", "m", "file" or "stdin"
    source = None
    arguments = ()
    inspect = False
    quiet = False
    skip_first_line = False
    safe_path = False
    unbuffered = False
    no_site = False
    io_encoding = None
    pycache_prefix = None
    python_path = None
    warnings = x_options = ()

    def __init__(self):
        self.config = {}  # name -> value for PyConfig_Set
        self.flags = {}   # index in sys.flags -> value

    def flag(self, name, value):
        self.flags[_INDEX[name]] = value


def parse(argv):
    """Returns Options, or the exit status when there is nothing to run."""
    options = Options()
    name = argv[0] if argv else "python3"
    count = len(argv)
    letters = {}
    warnings, x_options = [], []
    at = 1
    while at < count:
        argument = argv[at]
        if argument[:1] != "-" or argument == "-":
            break
        at += 1
        if argument == "--":
            break
        if argument.startswith("--"):
            if argument in ("--help", "--version"):
                letters["h" if argument == "--help" else "V"] = 1
            elif argument in ("--help-env", "--help-xoptions", "--help-all"):
                return _help(name, argument)
            elif argument == "--check-hash-based-pycs":
                if at >= count:
                    return _missing(name, argument)
                at += 1
            else:
                print(f"unknown option {argument}", file=sys.stderr)
                return _usage(name)
            continue
        position, end = 1, len(argument)
        while position < end:
            letter = argument[position]
            position += 1
            if letter in "cmWX":
                value = argument[position:]
                if not value:
                    if at >= count:
                        return _missing(name, f"-{letter}")
                    value = argv[at]
                    at += 1
                if letter == "W":
                    warnings.append(value)
                elif letter == "X":
                    x_options.append(value)
                else:
                    options.mode, options.source = letter, value
                break
            if letter not in "bBdEhiIOPqRsStuvVx?":
                print(f"Unknown option: -{letter}", file=sys.stderr)
                return _usage(name)
            letters[letter] = letters.get(letter, 0) + 1
        if options.source is not None:
            break

    rest = argv[at:]
    if options.source is not None:
        options.arguments = ["-" + options.mode, *rest]
    elif rest and rest[0] != "-":
        options.mode, options.source, options.arguments = "file", rest[0], rest
    else:
        options.arguments = rest or [""]

    environment = {}
    for key, value in os.environ._data.items():
        if key.startswith(b"PYTHON") and value:
            environment[os.fsdecode(key)] = os.fsdecode(value)
    if letters or warnings or x_options or environment:
        if "h" in letters or "?" in letters:
            return _help(name, "--help")
        if "V" in letters:
            print(f"Python {sys.version if letters['V'] > 1 else sys.version.split()[0]}")
            return 0
        _combine(options, letters, warnings, x_options, environment)
    return options


def _combine(options, letters, warnings, x_options, environment):
    options.plain = False
    isolated = "I" in letters
    if isolated or "E" in letters:
        environment = {}
        options.flag("ignore_environment", 1)

    def number(letter, variable):
        value = environment.get(variable, "")
        from_environment = int(value) if value.isdigit() else int(bool(value))
        return max(letters.get(letter, 0), from_environment)

    if isolated:
        options.flag("isolated", 1)
    if isolated or number("s", "PYTHONNOUSERSITE"):
        options.flag("no_user_site", 1)
    if isolated or number("P", "PYTHONSAFEPATH"):
        options.safe_path = True
        options.flag("safe_path", True)
    if "S" in letters:
        options.no_site = True
        options.flag("no_site", 1)
    options.inspect = bool(number("i", "PYTHONINSPECT"))
    if "i" in letters:
        options.flag("inspect", 1)
        options.flag("interactive", 1)
    if "q" in letters:
        options.quiet = True
        options.config["quiet"] = True
    for letter, variable, name in (("O", "PYTHONOPTIMIZE", "optimization_level"),
                                   ("v", "PYTHONVERBOSE", "verbose"),
                                   ("b", "", "bytes_warning"),
                                   ("d", "PYTHONDEBUG", "parser_debug")):
        value = number(letter, variable)
        # parser_debug does nothing in a release build but print: keep it out of the configuration.
        if value and name == "parser_debug":
            options.flag("debug", value)
        elif value:
            options.config[name] = value
    if number("B", "PYTHONDONTWRITEBYTECODE"):
        options.config["write_bytecode"] = False
    options.unbuffered = bool(number("u", "PYTHONUNBUFFERED"))
    options.skip_first_line = "x" in letters
    options.io_encoding = environment.get("PYTHONIOENCODING")
    options.pycache_prefix = environment.get("PYTHONPYCACHEPREFIX")
    options.python_path = environment.get("PYTHONPATH")
    options.x_options = x_options
    if "PYTHONINTMAXSTRDIGITS" in environment:
        options.x_options = ["int_max_str_digits=" + environment["PYTHONINTMAXSTRDIGITS"], *x_options]
    for item in x_options:
        if item.startswith("pycache_prefix="):
            options.pycache_prefix = item.partition("=")[2]
    wanted = [item for item in environment.get("PYTHONWARNINGS", "").split(",") if item] + warnings
    if "dev" in x_options or environment.get("PYTHONDEVMODE"):
        options.flag("dev_mode", True)
        wanted.insert(0, "default")
    if letters.get("b"):
        wanted.append("error::BytesWarning" if letters["b"] > 1 else "default::BytesWarning")
    options.warnings = wanted


def _help(name, which):
    if which in ("--help", "--help-all"):
        print(USAGE.format(name) + HELP, end="")
    if which in ("--help-env", "--help-all"):
        print(HELP_ENV, end="")
    if which in ("--help-xoptions", "--help-all"):
        print(HELP_X, end="")
    return 0


def _usage(name):
    print(USAGE.format(name) + HINT.format(name), file=sys.stderr)
    return 2


def _missing(name, option):
    print(f"Argument expected for the {option} option", file=sys.stderr)
    return _usage(name)
