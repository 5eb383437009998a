"""Put on the path of a script under `check`: notes each file that Python opens for writing, makes, moves or removes.

Python's own audit events tell (PEP 578), children that are Python too. Left out: what C code writes by itself.
"""

import os
import sys

_NOTES = os.environ.get("LAUNCHER_WATCH_NOTES", "")
_MAKING = {
    "os.mkdir": 0,
    "os.rename": 1,
    "os.link": 1,
    "os.symlink": 1,
    "os.remove": 0,
    "os.rmdir": 0,
    "os.truncate": 0,
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _written(event: str, args: tuple[object, ...]) -> object:
    """What an event would write to, None where it writes nothing."""
    if event == "open":
        path, mode, flags = args
        if isinstance(mode, str):
            return path if set(mode) & set("wax+") else None
        return path if isinstance(flags, int) and flags & _WRITING else None
    return args[_MAKING[event]] if event in _MAKING else None


def _note(event: str, args: tuple[object, ...]) -> None:
    path = _written(event, args)
    if isinstance(path, str | bytes) and (plain := os.path.abspath(os.fsdecode(path))) != _NOTES:
        os.write(_FILE, f"{plain}\0".encode(errors="surrogateescape"))


if _NOTES:
    _FILE = os.open(_NOTES, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    sys.addaudithook(_note)
