"""`python -m workbench example`: the whole way in a folder of its own, each step shown as the command that it is.

Left out: the data (`example.place`), and the steps (`example.steps`).
"""

import os
import shlex
import sys
import time
from typing import Annotated

import typer

from ..errors import TrainingError
from ..example import place, steps
from .told import told


def command(
    data: Annotated[
        str | None, typer.Option(help="a folder with goemotions/ and shakespeare/; without them data are made")
    ] = None,
    out: Annotated[str, typer.Option(help="the folder of the example, made anew")] = "workbench-example",
    data_only: Annotated[bool, typer.Option("--data-only", help="write the data, run nothing")] = False,
) -> None:
    """Go the whole way once: data, catalog, subset, emotion model, labels, features, media model, statistics."""
    with told():
        found = place.found(data)
        settings = place.write(out, found)
        print(f"{settings}: {len(found.comments):,} comments, {len(found.lines):,} lines of {len(found.genres)} items, "
              f"from {found.source}")  # fmt: skip
        if not data_only:
            _walk(settings, found.trainer)


def shown(words: tuple[str, ...]) -> str:
    """Words as they are typed.

    >>> print(shown(("select", "comments", "--where", "label = 'sad'")))
    select comments --where "label = 'sad'"
    """
    return " ".join(f'"{word}"' if "'" in word else shlex.quote(word) for word in words)


def _walk(settings: str, trainer: tuple[str, ...]) -> None:
    """Every step, in the words of the command line; the first that fails ends it."""
    from .app import app  # which holds this command

    begun, run = time.monotonic(), typer.main.get_command(app)
    for words in steps.steps(settings, trainer):
        print(f"\n$ python -m workbench {shown(words)}", flush=True)
        code = run.main(list(words), prog_name="python -m workbench", standalone_mode=False)
        if code:
            raise TrainingError("the example", int(code), f"{words[0]} ended with {code}")
    print(f"\nAll of it in {time.monotonic() - begun:,.0f} s; look at {os.path.dirname(settings)}", file=sys.stderr)
