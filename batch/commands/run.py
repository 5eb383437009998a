"""`python -m batch run`: a folder, a file or a bucket of reviews into a database, and a report of it.

Exits as `codes` has it. Left out: the work (`run`).
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from store import address
from store.database import open_database
from store.errors import StoreError
from store.reviews import Reviews
from textmodel import ArtifactError
from textmodel.model import ROOT

from .. import codes, settings
from ..errors import BatchError, SettingError
from ..measured import with_bar
from ..progress import Progress
from ..records import Columns
from ..run import Outcome, run
from ..settings import SHIPPED, Settings
from ..stopping import Stop, listening
from ..summary import Summary, summary, told

_COMMAS = ",".join(settings.LANGUAGES)


def command(
    input: Annotated[str, typer.Option(help="a file, a folder or s3://bucket/prefix")],  # noqa: A002
    store: Annotated[
        str, typer.Option(envvar="UNDERTONE_STORE", help="a SQLite file, or postgresql://...")
    ] = "reviews.db",
    text_column: Annotated[str | None, typer.Option(help="guessed where it is plain")] = None,
    id_column: Annotated[str | None, typer.Option(help="guessed where it is plain")] = None,
    language_column: Annotated[str | None, typer.Option(help="guessed where it is plain")] = None,
    languages: Annotated[str, typer.Option(envvar="UNDERTONE_LANGUAGES", help="to tell apart, ISO 639-1")] = _COMMAS,
    engines: Annotated[str, typer.Option(envvar="UNDERTONE_ENGINES", help="of translation, as es=apertium")] = "auto",
    task: Annotated[str, typer.Option(help="the artifact that gives the labels")] = SHIPPED,
    artifacts: Annotated[
        str, typer.Option(help="above vectorizer/ and saved_model/", show_default="the shipped ones")
    ] = ROOT,
    sample: Annotated[str | None, typer.Option(help="labelled reviews, to measure how sure a label must be")] = None,
    processes: Annotated[int, typer.Option(min=0, max=settings.MOST_PROCESSES, help="0 is one for each core")] = 0,
    report: Annotated[
        str | None, typer.Option(help="a folder for the page and the picture; else beside the store")
    ] = None,
) -> None:
    """Translate and score reviews; what is done already is skipped."""
    columns = Columns(text_column, id_column, language_column)
    asked = Settings(
        input, store, columns, settings.languages(languages), engines, task, artifacts, processes, report=report
    )
    with listening() as stop:
        _end(_run(asked, sample, stop))


def _run(asked: Settings, sample: str | None, stop: Stop) -> int:
    """The exit code; whatever a person can mend is told in one line."""
    try:
        if asked.report:
            _check_writable(asked.report)
        with Progress() as progress:
            asked = with_bar(asked, sample, progress.say)
            outcome = run(asked, progress, stop)
        _tell(asked, outcome)
    except (BatchError, StoreError, ArtifactError) as error:
        print(f"batch: {error}", file=sys.stderr)
        return codes.of(error)
    except OSError as error:  # as with a full disk
        print(f"batch: {error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        return codes.FAILED
    except KeyboardInterrupt:
        return stop.code
    return stop.code or (codes.FAILED if outcome.missing else codes.DONE)


def _tell(asked: Settings, outcome: Outcome) -> None:
    with open_database(asked.store) as database:
        found = summary(outcome, database.where, Reviews(database, outcome.pipeline))
    print(told(found), flush=True)
    if not outcome.stopped and (written := _report(asked, found)):
        print(f"\nReport: {', '.join(str(path) for path in written)}", flush=True)


def _check_writable(folder: str) -> None:
    """Make the report's folder before hours of work, not after.

    Raises: SettingError.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = (error.strerror or "none").lower()
        raise SettingError("report", folder, "a folder that can be written", reason) from error


def _report(asked: Settings, found: Summary) -> list[Path]:
    """The page and the picture, in the folder that was asked for, else beside a store that is a file."""
    from .. import page  # with matplotlib, which the processes of a run, who import this module too, never need

    if asked.report:
        return page.write(Path(asked.report), "reviews", found)
    url = address.parse(asked.store)
    if url.get_backend_name() != "sqlite":
        return []
    file = Path(url.database or "")
    return page.write(file.parent, file.stem, found)


def _end(code: int) -> NoReturn:
    sys.stdout.flush()
    raise typer.Exit(code) if code < 128 else SystemExit(code)
