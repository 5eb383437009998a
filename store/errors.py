"""What can go wrong with the operational database, ordered by who has to act.

    StoreError
    ├── AddressError         what was given is no address of a database
    ├── SchemaError          the database was made by another version of this code
    ├── TakenError           a table of that name is there, and is not ours
    ├── ConflictError        what is stored under a key is something else
    ├── MissingError         what is named is not there
    ├── RowsError            rows that cannot be stored as they are
    ├── BusyError            somebody else holds it for longer than one waits
    ├── RefusedError         it cannot be used as it was asked for: a password, a permission, a file that is another's
    ├── UnreachableError     it does not answer, or went away for longer than one waits: try again
    ├── FullError            it takes no more: a disk or a quota is full
    └── ServerError          a server of one's own cannot be had (`throwaway`)

Left out: exit codes, which each command gives them.
"""

from collections.abc import Sequence


class StoreError(Exception):
    """Base of every error that this room raises on purpose."""


class AddressError(StoreError):
    """`found` is no address; a password in it is hidden."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"{found!r} is no database; expected {expected}")


class SchemaError(StoreError):
    """The database's schema is `found`, and this code knows `expected`."""

    def __init__(self, where: str, found: str, expected: str) -> None:
        super().__init__(f"{where} has schema {found}, this version knows up to {expected}: install the newer version")


class TakenError(StoreError):
    """A `name` that the schema needs is taken in the database at `where`."""

    def __init__(self, where: str, reason: str) -> None:
        way_out = "give the store a database of its own, or on PostgreSQL a schema: ?options=-csearch_path%3Dundertone"
        super().__init__(f"{where} has a table of a name that the store needs: {reason}; {way_out}")


class ConflictError(StoreError):
    """Under a key of `kind`, `expected` is stored, and `found` was to be stored; nothing was changed."""

    def __init__(self, kind: str, key: str, what: str, expected: object, found: object) -> None:
        self.key, self.expected, self.found = key, expected, found
        super().__init__(f"{kind} {key} is stored already with {what} {expected}, this one has {found}")


class MissingError(StoreError):
    """No `kind` of this name is there, only those of `known`."""

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        self.name, self.known = name, known
        shown = ", ".join(known[:10]) + (", ..." if len(known) > 10 else "")
        super().__init__(f"no {kind} {name!r} in the store, only {shown or 'none'}")


class RowsError(StoreError):
    """`what` was given cannot be stored: `expected`, and `found` at a place."""

    def __init__(self, what: str, expected: str, found: str) -> None:
        super().__init__(f"{what}: expected {expected}, found {found}")


class BusyError(StoreError):
    """`what` is in use by other sessions, and was for all the time that one waits; try again."""

    def __init__(self, what: str, waited_s: float) -> None:
        super().__init__(f"{what} is in use by other sessions, tried for {waited_s:.0f} s: try again")


class RefusedError(StoreError):
    """The database at `where` cannot be used so, and trying again does not help."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where} cannot be used: {reason}")


class UnreachableError(StoreError):
    """The database at `where` did not answer within the time that one waits."""

    def __init__(self, where: str, waited_s: float, reason: str) -> None:
        self.waited_s = waited_s
        super().__init__(f"{where} cannot be used, tried for {waited_s:.0f} s: {reason}")


class FullError(StoreError):
    """The database at `where` has no room."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where} is full: {reason}")


class ServerError(StoreError):
    """A `program` of PostgreSQL is not there, or does not do its work."""

    def __init__(self, program: str, told: str) -> None:
        super().__init__(f"{program}: {told}")
