"""The interactive prompt, for -i and for a terminal."""

import sys


def run(names, quiet):
    import code

    console = code.InteractiveConsole(names, filename="<stdin>", local_exit=False)
    if not quiet:
        banner = (f"Python {sys.version} on {sys.platform}\n"
                  'Type "help", "copyright", "credits" or "license" for more information.')
    else:
        banner = ""
    console.interact(banner=banner, exitmsg="")
