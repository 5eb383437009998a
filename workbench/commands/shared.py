"""What the commands of learning share: options, a moving line of progress, and where reports go.

Left out: the commands.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .. import extracts, handover, report
from ..bucket import Bucket, connect
from ..errors import SourceError
from ..extracts import Extract
from ..report import Section
from ..settings import Settings

Place = Annotated[str | None, typer.Option("--settings", help="workbench.toml", show_default="that of this folder")]
Store = Annotated[str | None, typer.Option(help="instead of [store] url")]
Seed = Annotated[int | None, typer.Option(help="instead of the settings' (0)")]
Artifacts = Annotated[
    str, typer.Option(help="above vectorizer/ and saved_model/", show_default="where the shipped model is")
]


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int | None], None]]:
    """A function told what is done and of how much (None: not known); a moving line on a terminal, else nothing."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        bar = shown.add_task(words, total=None)
        yield lambda done, of: shown.update(bar, completed=done, total=of)


def reported(settings: Settings, name: str, title: str, sections: Sequence[Section]) -> None:
    """The report below the settings' folder, and one line that says where."""
    paths = report.write(os.path.join(settings.folder, "reports"), name, title, sections)
    print(f"\nReport: {paths[0]} and {len(paths) - 1} pictures")


def extract(settings: Settings, text: str) -> Extract:
    """The extract in a folder, or of the settings' folder the one whose key begins so; else that of the bucket.

    Raises: SourceError; UnreachableError; StorageError.
    """
    place = os.path.join(settings.folder, handover.EXTRACTS)
    if os.path.isdir(text):
        return extracts.load(text)
    found = [name for name in handover.kept(settings.folder) if text and name.startswith(text)]
    if not found and settings.bucket:
        return extracts.load(handover.fetch_extract(Bucket(connect(), settings.bucket), settings.folder, text))
    if len(found) != 1:
        raise SourceError(
            text, f"a folder that `select` wrote, or the beginning of one's name in {place}", f"{len(found)}"
        )
    return extracts.load(os.path.join(place, found[0]))
