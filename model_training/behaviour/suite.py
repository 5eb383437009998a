"""Reads a task's tables of templates and writes them out as cases, the same ones every time.

    a slot of the table itself    every value, with every text and every value of the table's other slots
    a slot of fillers.toml        one value a case, in turn
    two texts, or two values      a pair: the text and its partner

A table says one thing that is expected; `labels` makes two cases of a pair, every other kind one.
Left out: what an expectation asks (`expectations`), and how a table is written (docs/behaviour.md).
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from ..errors import DataError, RequestError
from .expectations import Expectation, Higher, Labelled, NotLabelled, Same, Silent, Warned

FOLDER = Path(__file__).parent
GROUPS, FILLERS = "groups.toml", "fillers.toml"
_Pair = tuple[str, str]

_KINDS: Mapping[str, tuple[Callable[[Any], Expectation], bool]] = {
    "label": (Labelled, False),
    "not": (NotLabelled, False),
    "higher": (Higher, True),
    "same": (Same, True),
    "warns": (lambda codes: Warned(tuple(codes)), False),
    "silent": (lambda codes: Silent(tuple(codes)), False),
}
"""A table's word for what it expects: how the expectation is made, and whether it needs a partner."""


@dataclass(frozen=True)
class Group:
    """Cases that ask one thing."""

    name: str
    about: str
    floor: float
    """The share of its cases that a new artifact must pass, 0 to 1."""


@dataclass(frozen=True)
class Case:
    """A text, what is expected of its answer, and the text that it is compared with, if any."""

    group: str
    text: str
    expectation: Expectation
    partner: str | None = None


@dataclass(frozen=True)
class Suite:
    """A task's groups, in the order of their file, and their cases."""

    groups: tuple[Group, ...]
    cases: tuple[Case, ...]


def tasks() -> list[str]:
    """The tasks that have a suite."""
    return sorted(path.parent.name for path in FOLDER.glob(f"*/{GROUPS}"))


def load(task: str = "sentiment") -> Suite:
    """The suite of a task.

    Raises: RequestError when the task has none, DataError naming the file and the table when one is wrong.
    """
    if task not in tasks():
        raise RequestError("--task", f"a task with a behaviour suite: {', '.join(tasks())}", repr(task[:40]))
    return read(FOLDER / task)


def read(folder: Path) -> Suite:
    """The suite in a folder.

    Raises: DataError.
    """
    groups = tuple(_group(str(folder / GROUPS), name, entry) for name, entry in _toml(folder / GROUPS).items())
    fillers = _toml(folder / FILLERS)
    tables = sorted(path for path in folder.glob("*.toml") if path.name not in (GROUPS, FILLERS))
    cases = tuple(case for path in tables for case in _file(path, {group.name for group in groups}, fillers))
    if not cases:
        raise DataError(str(folder), None, "tables of cases", "none")
    if empty := [group.name for group in groups if all(case.group != group.name for case in cases)]:
        raise DataError(str(folder / GROUPS), None, "cases for every group", f"none for {', '.join(empty)}")
    return Suite(groups, cases)


def _group(path: str, name: str, entry: Mapping[str, Any]) -> Group:
    floor = entry.get("floor")
    if not isinstance(floor, float) or not 0 <= floor <= 1:
        raise DataError(f"{path}, {name}", None, "a floor from 0.0 to 1.0", repr(floor))
    return Group(name, str(entry.get("about", "")), floor)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(str(path), None, "TOML", str(error)) from error


def _file(path: Path, groups: set[str], fillers: Mapping[str, Sequence[str]]) -> Iterator[Case]:
    for number, table in enumerate(_toml(path).get("table", ()), 1):
        place = f"{path}, table {number}"
        if table.get("group") not in groups:
            raise DataError(place, None, f"a group of {GROUPS}", repr(table.get("group")))
        if unknown := set(table) - {"group", "texts", "slots", "labels", *_KINDS}:
            raise DataError(place, None, "only keys that have a meaning", ", ".join(sorted(unknown)))
        try:
            yield from _cases(place, table, fillers)
        except KeyError as error:
            raise DataError(place, None, f"texts, and slots of its own or of {FILLERS}", f"no {error}") from error
        except (ValueError, IndexError) as error:
            raise DataError(place, None, "texts, values and labels alone or in pairs", str(error)) from error


def _cases(place: str, table: Mapping[str, Any], fillers: Mapping[str, Sequence[str]]) -> Iterator[Case]:
    group, kinds = table["group"], [key for key in table if key in _KINDS or key == "labels"]
    if len(kinds) != 1:
        raise DataError(place, None, f"one of labels, {', '.join(_KINDS)}", ", ".join(kinds) or "none")
    [kind] = kinds
    make, paired = _KINDS.get(kind, (Labelled, True))
    for text, partner in _written(table, fillers):
        if paired is (text == partner):
            raise DataError(place, None, f"{'pairs' if paired else 'single texts'} for {kind!r}", repr(text))
        if kind == "labels":
            yield from (
                Case(group, each, make(label)) for each, label in zip((text, partner), table[kind], strict=True)
            )
        else:
            yield Case(group, text, make(table[kind]), partner if paired else None)


def _written(table: Mapping[str, Any], fillers: Mapping[str, Sequence[str]]) -> Iterator[_Pair]:
    """Every text of a table with its slots filled; one without a partner comes as its own.

    >>> table = {"texts": ["{who} {verb}."], "slots": {"verb": [["rose", "fell"], ["won", "lost"]]}}
    >>> list(_written(table, {"who": ["Ann", "Ben", "Cay"]}))
    [('Ann rose.', 'Ann fell.'), ('Ben won.', 'Ben lost.')]
    """
    slots = table.get("slots", {})
    for turn, (text, *values) in enumerate(product(table["texts"], *slots.values())):
        shared = {name: values[turn % len(values)] for name, values in fillers.items()}
        own = dict(zip(slots, map(_pair, values), strict=True))
        yield _filled(text, own, shared, 0), _filled(text, own, shared, 1)


def _pair(value: str | Sequence[str]) -> _Pair:
    first, second = (value, value) if isinstance(value, str) else value
    return first, second


def _filled(text: str | Sequence[str], own: Mapping[str, _Pair], shared: Mapping[str, str], side: int) -> str:
    """One side of a text and of its slots; a sentence that begins with a slot gets its capital."""
    values = {name: pair[side].format_map(shared) for name, pair in own.items()}
    template = _pair(text)[side]
    filled = template.format_map({**shared, **values})
    return filled[:1].upper() + filled[1:] if template.startswith("{") else filled
