"""What every in-process contestant runs: answer once, then do as standard input says.

    out  first                 the first answer is there
    in   one 4000              answer so many texts one by one
    out  [seconds, ...]
    in   many 1000             answer so many at once
    out  seconds               or null where the contestant has no such way

Some contestants have commands of their own, each with a count and an answer in JSON (`drive`).
Standard output belongs to this talk; what a contestant prints goes to /dev/null. Imports nothing
before the first answer that Python has not imported itself. Left out: who asks (`sections`).
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` would take 5 ms of every cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    One: TypeAlias = Callable[[str], object]
    Many: TypeAlias = Callable[[list[str]], object]
    Ways: TypeAlias = tuple[One, Many | None]
    Commands: TypeAlias = Mapping[str, Callable[[int], object]]

if sys.flags.dev_mode:  # it would make every contestant slower than it is
    sys.exit("run without -X dev")


def run(build: Callable[[], Ways]) -> None:
    """Drive what `build()` gives: a function of one text, and one of many texts or None."""
    drive(lambda: answering(*build()))


def answering(one: One, many: Many | None) -> Commands:
    """The commands of a contestant that answers texts, after its first answer."""
    one("Operating profit rose to EUR 13.1 mn from EUR 8.7 mn.")
    return {"one": lambda count: _one(one, count), "many": lambda count: _many(many, count)}


def drive(build: Callable[[], Commands]) -> None:
    """Obey standard input by the commands that `build()` gives, ready to be timed."""
    talk = os.dup(1)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    commands = build()
    os.write(talk, b"first\n")
    for line in sys.stdin:
        command, count = line.split()
        _say(talk, commands[command](int(count)))


def _one(one: One, count: int) -> list[float]:
    from itertools import cycle, islice
    from time import perf_counter

    from benchmarks.texts import make

    texts = make(min(count, 500))
    for text in texts[:100]:
        one(text)
    seconds = []
    for text in islice(cycle(texts), count):
        start = perf_counter()
        one(text)
        seconds.append(perf_counter() - start)
    return seconds


def _many(many: Many | None, count: int) -> float | None:
    from time import perf_counter

    from benchmarks.texts import make

    if many is None:
        return None
    texts = make(count)
    many(texts)
    start = perf_counter()
    many(texts)
    return perf_counter() - start


def _say(talk: int, value: object) -> None:
    import json

    with os.fdopen(os.dup(talk), "wb") as out:  # whole, also when longer than a pipe holds
        out.write(json.dumps(value).encode() + b"\n")
