"""What the host calls: see `exec` in glue.wat.

A process is three steps, all driven from C so that the program's own frames are the outermost ones:
`start` makes the process fresh, reads the command line and answers what to call; C calls that; and
`finish` does what CPython does at exit. A module that a plain CPython does not import at start must
not be imported here at run time: whatever is needed was imported before the snapshot.
"""

import sys

from _belljar import recording  # first: sees every import from here on
from _belljar import command_line, ending, fresh, patches, permissions, processes, program, snapshot


def prepare():
    """Called once, at install, as the last thing."""
    # First: modules look at what os has when they are imported.
    permissions.install()
    processes.install()
    patches.apply()
    snapshot.take()


def start():
    """Returns (callable, args) for C to call. If that returns a number it is the exit status."""
    options = command_line.parse(fresh.process())
    if options.__class__ is int:
        return int, (options,)
    fresh.apply(options)
    return program.prepare(options)


def finish(outcome):
    """`outcome` is the SystemExit that ended the program, or the exit status so far."""
    return ending.finish(outcome, program.current)


def on_signal(number):
    """A signal arrived that has no Python handler: does what its default action is."""
    ending.default_action(number)
