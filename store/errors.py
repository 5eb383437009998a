"""What can go wrong with the operational database, ordered by who has to act.

    StoreError
    ├── AddressError         what was given is no address of a database
    ├── SchemaError          the database was made by another version of this code
    ├── UnreachableError     it does not answer, or went away for longer than one waits
    └── FullError            it takes no more: a disk or a quota is full

Left out: exit codes, which each command gives them.
"""


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


class UnreachableError(StoreError):
    """The database at `where` did not answer within the time that one waits."""

    def __init__(self, where: str, waited_s: float, reason: str) -> None:
        super().__init__(f"{where} cannot be used, tried for {waited_s:.0f} s: {reason}")


class FullError(StoreError):
    """The database at `where` has no room."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where} is full: {reason}")
