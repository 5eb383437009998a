"""Where the launcher keeps what outlives a command: a cache that may go at any time, and a state that may not.

    cache   $LAUNCHER_CACHE, $XDG_CACHE_HOME/launcher, ~/.cache/launcher          environments, live prices
    state   $LAUNCHER_STATE, $XDG_STATE_HOME/launcher, ~/.local/state/launcher    runs, money.jsonl

Source: https://specifications.freedesktop.org/basedir-spec/latest/. Left out: what is in them.
"""

import os
from collections.abc import Mapping


def cache(environ: Mapping[str, str]) -> str:
    """The cache's folder, which may not be there yet.

    >>> cache({"XDG_CACHE_HOME": "/c"}), cache({"LAUNCHER_CACHE": "/mine", "XDG_CACHE_HOME": "/c"})
    ('/c/launcher', '/mine')
    """
    return _find(environ, "CACHE", ".cache")


def state(environ: Mapping[str, str]) -> str:
    """The state's folder, which may not be there yet.

    >>> state({"HOME": "/home/ada"})
    '/home/ada/.local/state/launcher'
    """
    return _find(environ, "STATE", os.path.join(".local", "state"))


def _find(environ: Mapping[str, str], kind: str, usual: str) -> str:
    if named := environ.get(f"LAUNCHER_{kind}"):
        return os.path.abspath(named)
    base = environ.get(f"XDG_{kind}_HOME", "")
    if not os.path.isabs(base):  # the specification: a relative path is to be ignored
        base = os.path.join(environ.get("HOME") or os.path.expanduser("~"), usual)
    return os.path.join(base, "launcher")
