"""What goes wrong in a command is one line on standard error and an exit code: 2 the person, 1 failed, 75 try again.

Ctrl-C is one line, too, and 130, as shells have it.

Left out: which error has which code (`errors`).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from store.errors import (
    AddressError,
    BusyError,
    ConflictError,
    MissingError,
    RefusedError,
    RowsError,
    SchemaError,
    StoreError,
    TakenError,
)
from store.errors import UnreachableError as StoreUnreachable

from ..errors import AgainError, PersonError, WorkbenchError, one_line


@contextmanager
def told(left: str = "") -> Iterator[None]:
    """The errors of this room and of the database, told in one line; `left` is what remains of a command that stops."""
    try:
        yield
    except KeyboardInterrupt:
        raise _end(f"stopped{left and f'; {left}'}", 130) from None
    except WorkbenchError as error:
        raise _end(error, error.exit_code) from None
    except (
        AddressError,
        RefusedError,
        SchemaError,
        TakenError,
        ConflictError,
        MissingError,
        RowsError,
    ) as error:
        raise _end(error, PersonError.exit_code) from None
    except (StoreUnreachable, BusyError) as error:
        raise _end(error, AgainError.exit_code) from None
    except StoreError as error:
        raise _end(error, WorkbenchError.exit_code) from None


def _end(error: Exception | str, code: int) -> typer.Exit:
    print(f"workbench: {one_line(str(error))}", file=sys.stderr)
    return typer.Exit(code)
