"""What can go wrong in this room, ordered by who has to act; each carries what is needed to act, and an exit code.

    WorkbenchError              1
    ├── PersonError             2   what was asked for or given is wrong
    │   ├── SettingsError           workbench.toml, an option or the environment
    │   ├── SourceError             a source is not there, or is not what was said of it
    │   ├── UnknownSource           no source has this name
    │   ├── ColumnError             a column is missing, or of the wrong type
    │   ├── CsvError                a CSV file, with the line and the column
    │   ├── LabelError              a label is not known, or there is one class only
    │   ├── ExpressionError         a spelling that does not mean the same on every engine
    │   ├── BudgetError             a query would move more bytes than it may
    │   ├── JoinError               a join would multiply rows
    │   ├── SubsetError             a subset is empty, or too small for what is asked
    │   ├── SplitError              an item is in more than one part
    │   └── RunError                a run, a fold or a model is not known, or is another one's
    ├── EngineError             1   an engine refused or failed
    │   └── EngineMissing       2   it is not installed here
    ├── TrainingError           1   the trainer's process failed
    ├── WorkerError             1   a process that classified texts died
    ├── StorageError            1   a file or a database cannot be written
    └── AgainError              75  nobody: try again
        ├── UnreachableError        a database or bucket does not answer
        └── ReplicaError            the replica is gone, or too far behind

Left out: what the doors raise of their own; each door translates it into one of these.
"""

from collections.abc import Iterable
from typing import ClassVar


class WorkbenchError(Exception):
    """Base of every error that this room raises on purpose; `exit_code` is the command line's."""

    exit_code: ClassVar[int] = 1


class PersonError(WorkbenchError):
    """The person who asked has to change something."""

    exit_code = 2


class _Expected(PersonError):
    """At `place` one thing was expected and another found."""

    def __init__(self, place: str, expected: str, found: str) -> None:
        super().__init__(f"{place}: expected {expected}, found {found}")
        self.place = place
        self.expected = expected
        self.found = found


class SettingsError(_Expected):
    """A setting at `place` (file and key, option or variable) cannot be used."""


class SourceError(_Expected):
    """The source at `place` is not there, cannot be read, or is not what was said of it."""


class UnknownSource(PersonError):
    """No source is called `name`; `known` are."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"no source {name!r}; known are {', '.join(self.known) or 'none'}")


class ColumnError(PersonError):
    """A `source` lacks a `column`, or it has another type."""

    def __init__(self, source: str, column: str, expected: str, found: str) -> None:
        super().__init__(f"{source}: column {column!r}: expected {expected}, found {found}")
        self.source = source
        self.column = column
        self.expected = expected
        self.found = found


class CsvError(PersonError):
    """A value or a line of the CSV file at `path` cannot be read; lines and columns count from 1."""

    def __init__(self, path: str, line: int, column: str, expected: str, found: str) -> None:
        where = f", column {column!r}" if column else ""
        super().__init__(f"{path}, line {line:,}{where}: expected {expected}, found {found}")
        self.path = path
        self.line = line
        self.column = column
        self.expected = expected
        self.found = found


class LabelError(PersonError):
    """Labels at `place` cannot be used: one is not among the `known`, or there are too few classes."""

    def __init__(self, place: str, found: str, known: Iterable[str]) -> None:
        self.place = place
        self.found = found
        self.known = tuple(known)
        super().__init__(f"{place}: {found}; known labels are {', '.join(self.known) or 'none'}")


class ExpressionError(PersonError):
    """A part of an expression is refused; `way_out` says what to write instead."""

    def __init__(self, found: str, reason: str, way_out: str) -> None:
        super().__init__(f"{found}: {reason}; {way_out}")
        self.found = found
        self.reason = reason
        self.way_out = way_out


class BudgetError(PersonError):
    """A query moves `found_bytes`, estimated or counted so far, and may move `limit_bytes`."""

    def __init__(self, found_bytes: int, limit_bytes: int, way_out: str, *, estimated: bool = True) -> None:
        self.found_bytes = found_bytes
        self.limit_bytes = limit_bytes
        self.way_out = way_out
        self.estimated = estimated
        verb = "would move about" if estimated else "had moved"
        super().__init__(
            f"the query {verb} {shown_bytes(found_bytes)}, the limit is {shown_bytes(limit_bytes)}: {way_out}"
        )


class JoinError(PersonError):
    """A join of `rows` rows would give `joined` rows, since `repeated` of its keys are there more than once."""

    def __init__(self, on: str, rows: int, joined: int, repeated: int, way_out: str) -> None:
        super().__init__(
            f"joining on {on} makes {joined:,} rows of {rows:,}: {repeated:,} keys are there more than once; {way_out}"
        )
        self.on = on
        self.rows = rows
        self.joined = joined
        self.repeated = repeated
        self.way_out = way_out


class SubsetError(PersonError):
    """A subset of `place` has `rows` rows, and `expected` is needed."""

    def __init__(self, place: str, rows: int, expected: str) -> None:
        super().__init__(f"{place}: {rows:,} rows, expected {expected}")
        self.place = place
        self.rows = rows
        self.expected = expected


class SplitError(PersonError):
    """Items are in more than one part: `items` of them, such as `example`."""

    def __init__(self, place: str, items: int, example: str) -> None:
        super().__init__(f"{place}: {items:,} items are in more than one part, such as {example!r}")
        self.place = place
        self.items = items
        self.example = example


class RunError(_Expected):
    """A run, fold or model at `place` is not known, or is not what was said of it."""


class EngineError(WorkbenchError):
    """The `engine` refused or failed; `reason` is its own words on one line."""

    def __init__(self, engine: str, reason: str) -> None:
        super().__init__(f"{engine}: {one_line(reason)}")
        self.engine = engine
        self.reason = one_line(reason)


class EngineMissing(EngineError):
    """The `engine` cannot be used here: something is not installed or not set."""

    exit_code = 2


class TrainingError(WorkbenchError):
    """The trainer's process ended with `code`; `reason` is its last line."""

    def __init__(self, task: str, code: int, reason: str) -> None:
        super().__init__(f"training of {task} ended with {code}: {one_line(reason)}")
        self.task = task
        self.code = code
        self.reason = one_line(reason)


class WorkerError(WorkbenchError):
    """A process that classified texts ended by itself, with `code` as subprocess has it."""

    def __init__(self, pid: int | None, code: int | None) -> None:
        how = f"by signal {-code}" if code is not None and code < 0 else f"with {code}"
        super().__init__(
            f"the process {pid}, which classified, ended {how}: what is stored stays, and the same command goes on "
            "there; with fewer --jobs it needs less memory"
        )
        self.pid = pid
        self.code = code


class StorageError(WorkbenchError):
    """The file or database at `place` cannot be written or read."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {one_line(reason)}")
        self.place = place
        self.reason = one_line(reason)


class AgainError(WorkbenchError):
    """Nobody has to act: it may work later. EX_TEMPFAIL of sysexits.h."""

    exit_code = 75


class UnreachableError(AgainError):
    """What is at `place` does not answer now."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place} cannot be reached: {one_line(reason)}")
        self.place = place
        self.reason = one_line(reason)


class ReplicaError(AgainError):
    """The replica at `place` is gone (`lag_s` None), or behind by more than `limit_s`."""

    def __init__(self, place: str, reason: str, lag_s: float | None = None, limit_s: float | None = None) -> None:
        behind = "" if lag_s is None else f", {lag_s:.1f} s behind"
        allowed = "" if limit_s is None else f" where {limit_s:.0f} s are allowed"
        super().__init__(f"the replica {place}{behind}{allowed}: {one_line(reason)}")
        self.place = place
        self.reason = one_line(reason)
        self.lag_s = lag_s
        self.limit_s = limit_s


def shown_bytes(size_bytes: int) -> str:
    """A size for a person, in powers of 1,000.

    >>> shown_bytes(999), shown_bytes(1_500_000), shown_bytes(2 * 10**12)
    ('999 B', '1.5 MB', '2.0 TB')
    """
    size, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"


def one_line(text: str) -> str:
    """The words on one line, as a command line shows them."""
    return " ".join(text.split())
