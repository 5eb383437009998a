"""`python -m batch rehearse`: a whole run on AWS, on this machine, with everything going wrong that may.

Left out: the work (`rehearsal.whole`).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from store.throwaway import cluster

from .. import codes
from ..errors import RehearsalError
from . import cloud


def command(
    rows: Annotated[int, typer.Option(min=200, help="of generated input")] = 1200,
    store: Annotated[str | None, typer.Option(help="an empty database; else a file that is thrown away")] = None,
    postgres: Annotated[bool, typer.Option("--postgres", help="on a PostgreSQL of its own, thrown away")] = False,
    engines: Annotated[str, typer.Option(help="of translation, as for `run`")] = "auto",
    slots: Annotated[int, typer.Option(min=1, help="containers at a time")] = 2,
) -> None:
    """Rehearse; prints what was expected and what came, and exits with 1 where they differ."""
    from ..rehearsal.whole import Asked, rehearse

    with cloud.told(), _place(store, postgres=postgres) as where:
        lines = rehearse(Asked(rows, where, engines, slots), lambda line: print(line, file=sys.stderr, flush=True))
    table = cloud.table("what", "expected", "actual", "")
    for line in lines:
        table.add_row(line.what, line.expected, line.actual, "ok" if line.agrees else "DIFFERS")
    cloud.show(table)
    raise typer.Exit(codes.DONE if all(line.agrees for line in lines) else codes.FAILED)


@contextmanager
def _place(store: str | None, *, postgres: bool) -> Iterator[str | None]:
    """Where the rehearsal's database is; None where it makes one itself."""
    if not postgres:
        yield store
        return
    if store:
        raise RehearsalError("give --store or --postgres, not both")
    with cluster() as server:
        yield server.url
