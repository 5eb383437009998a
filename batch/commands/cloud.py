"""What the commands for AWS share: their options, a table, and how an error ends them.

Region and credentials are those of the AWS CLI (AWS_PROFILE, AWS_REGION). Left out: the commands.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from store.errors import StoreError
from textmodel import ArtifactError

from .. import codes
from ..aws import stack
from ..errors import BatchError

StackName = Annotated[str, typer.Option("--stack", envvar="UNDERTONE_STACK", help="the stack of batch/template.yaml")]
Target = Annotated[str, typer.Argument(help="a manifest, s3://..., or the id of one of its jobs")]
STACK = stack.NAME


@contextmanager
def told() -> Iterator[None]:
    """What a person can mend is one line, and the exit code that `codes` has."""
    try:
        yield
    except (BatchError, StoreError, ArtifactError) as error:
        print(f"batch: {error}", file=sys.stderr)
        raise typer.Exit(codes.of(error)) from None
    except OSError as error:
        print(f"batch: {error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        raise typer.Exit(codes.FAILED) from None


def table(*columns: str) -> Table:
    """Plain, for a terminal and a log; figures to the right."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        made.add_column(name.lstrip("#"), justify="right" if name.startswith("#") else "left", overflow="fold")
    return made


def show(made: Table) -> None:
    """As wide as it is where nobody's terminal says how wide it may be."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200
    console.print(made)
