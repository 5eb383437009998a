"""What commands share: how an error ends them, which engine a run is on, and a table.

Left out: the commands.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from .. import codes, folders, runs
from ..engines.choose import choose
from ..engines.protocol import Engine, Known
from ..errors import CheckError, LauncherError, UnknownRun
from ..keep import Keep
from ..options import Options

RunId = Annotated[str, typer.Argument(metavar="RUN", help="a run id, or `last`")]
EngineName = Annotated[
    str | None,
    typer.Option("--engine", envvar="LAUNCHER_ENGINE", help="local or aws, for a run that another machine started"),
]
Region = Annotated[str | None, typer.Option(envvar="LAUNCHER_REGION", help="of AWS; else what the AWS CLI has")]
Profile = Annotated[str | None, typer.Option(envvar="LAUNCHER_PROFILE", help="of the AWS CLI")]


@contextmanager
def told() -> Iterator[None]:
    """What a person can mend is one line with its fix, and the exit code that `codes` has."""
    try:
        yield
    except LauncherError as error:
        show_error(error)
        raise SystemExit(codes.of(error)) from None
    except OSError as error:
        print(f"launcher: {error.filename or 'output'}: {error.strerror or error}", file=sys.stderr)
        raise SystemExit(codes.FAILED) from None
    except KeyboardInterrupt:
        print("launcher: stopped", file=sys.stderr)
        raise SystemExit(codes.INTERRUPTED) from None


def show_error(error: LauncherError) -> None:
    """One sentence, and what to do about it."""
    failures = error.failures if isinstance(error, CheckError) else (error.message,)
    for failure in failures:
        print(f"launcher: {failure}", file=sys.stderr)
    if error.fix:
        print(f"  fix: {error.fix}", file=sys.stderr)


def find(
    run_id: str,
    engine: str | None = None,
    region: str | None = None,
    profile: str | None = None,
    keep: tuple[Keep, ...] = (),
) -> tuple[str, Engine]:
    """A run's id, where `last` is the newest, and its engine; a run that this machine started is where it was started.

    Raises: LauncherError.
    """
    state = folders.state(os.environ)
    if run_id == "last":
        every = runs.known(state)
        if not every:
            raise LauncherError("there are no runs yet", "`python -m launcher run` starts one")
        run_id = every[0].run_id
    try:
        known = runs.read(state, run_id)
    except UnknownRun:
        if not engine:
            raise
        known = Known(run_id, engine, "", 0.0, "")
    return run_id, reach(known, region, profile, keep)


def removed(run_id: str) -> Known | None:
    """A run of which nothing can be asked any more, as it ended; None where its engine is to be asked."""
    with suppress(UnknownRun):
        known = runs.read(folders.state(os.environ), run_id)
        return known if known.ended else None
    return None


def reach(known: Known, region: str | None, profile: str | None, keep: tuple[Keep, ...] = ()) -> Engine:
    """The engine that a run is on; `region` counts only where the run's own is not known.

    Raises: LauncherError.
    """
    asked = Options("", engine=known.engine, region=known.place or region, profile=profile or known.profile or None)
    return choose(replace(asked, keep=keep), os.environ)


def table(*columns: str) -> Table:
    """Plain, for a terminal and a log; figures, marked by #, to the right."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        made.add_column(name.lstrip("#"), justify="right" if name.startswith("#") else "left", overflow="fold")
    return made


def show(made: Table) -> None:
    """As wide as it is where nobody's terminal says how wide it may be."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = 200
    console.print(made)
