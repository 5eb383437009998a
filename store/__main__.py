"""`python -m store`: what a database holds, its schema brought up to date, a pipeline or a model taken away.

Exits with 0; 1 when the database is full; 2 for a wrong address, password, schema, pipeline or model; 75 when it does
not answer, or others use what is to go, so that one tries again.
Left out: filling it (the rooms that use this one).
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from . import address, schema
from . import pipelines as known
from .database import Database, open_database
from .errors import (
    AddressError,
    BusyError,
    MissingError,
    RefusedError,
    SchemaError,
    StoreError,
    TakenError,
    UnreachableError,
)
from .predictions import Predictions
from .results import Results

app = typer.Typer(
    help="The operational database.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
Where = Annotated[str, typer.Argument(envvar="UNDERTONE_STORE", help="a SQLite file, or postgresql://...")]


@app.command()
def info(store: Where = "reviews.db") -> None:
    """Tell the schema, the pipelines and what each holds."""
    with _opened(store) as database:
        print(f"{database.where}: schema {database.run(schema.version)}, {known.translations(database):,} translations")
        for one in known.pipelines(database):
            print(f"{one.pipeline}  {one.model}  {one.made_at}  {one.reviews:,} reviews  {one.rejects:,} rejected")
        predictions = Predictions(database)
        for model in Results(database).models():
            print(f"model {model.model}  {model.task}  {predictions.count(model.model):,} predictions")


@app.command()
def upgrade(store: Where = "reviews.db") -> None:
    """Make the tables, or bring them up to date."""
    with _opened(store, made=True) as database:
        print(f"{database.where}: schema {database.run(schema.version)}")


@app.command("drop-pipeline")
def drop_pipeline(
    pipeline: str,
    store: Where = "reviews.db",
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Take a pipeline's rows away; translations stay, so another run needs no engine for them."""
    with _opened(store) as database:
        held = {one.pipeline: one for one in known.pipelines(database)}
        if pipeline not in held:
            print(
                f"store: no pipeline {pipeline!r} in {database.where}, only {', '.join(held) or 'none'}",
                file=sys.stderr,
            )
            raise typer.Exit(2)
        if not yes:
            typer.confirm(f"Take away {held[pipeline].reviews:,} reviews of {pipeline}?", abort=True)
        print(f"{known.drop(database, pipeline):,} reviews taken away")


@app.command("drop-model")
def drop_model(
    model: str,
    store: Where = "workbench.db",
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Take a model's predictions away; current labels are those of the labelling before, runs stay."""
    with _opened(store) as database:
        predictions = Predictions(database)
        Results(database).model(model)
        if not yes:
            typer.confirm(f"Take away {predictions.count(model):,} predictions of {model}?", abort=True)
        predictions.drop(model)
        print(f"{model} taken away")


@contextmanager
def _opened(store: str, *, made: bool = False) -> Iterator[Database]:
    """The database, which must be there unless it is to be `made`; what is wrong with it is one line."""
    try:
        if not made:
            _must_exist(store)
        with open_database(store, tell=lambda line: print(f"store: {line}", file=sys.stderr)) as database:
            yield database
    except StoreError as error:
        print(f"store: {error}", file=sys.stderr)
        raise typer.Exit(_code(error)) from None


def _must_exist(store: str) -> None:
    url = address.parse(store)
    if url.get_backend_name() == "sqlite" and not os.path.exists(str(url.database)):
        raise RefusedError(address.shown(url), "there is no such file")


def _code(error: StoreError) -> int:
    if isinstance(error, BusyError | UnreachableError):
        return 75
    return 2 if isinstance(error, AddressError | RefusedError | SchemaError | TakenError | MissingError) else 1


if __name__ == "__main__":
    app(prog_name="python -m store")
