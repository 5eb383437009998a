"""`python -m batch translation-quality`: how much of a text's tone survives its translation, by engine and language.

Exits as `codes` has it. Left out: the measuring (`quality.measure`).
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textmodel import ArtifactError, load
from textmodel.model import ROOT

from .. import codes
from ..errors import BatchError
from ..quality.lines import REVIEWS, Line, read
from ..settings import SHIPPED

if TYPE_CHECKING:  # what these bring with them, other commands need not wait for
    from ..quality.measure import Row
    from ..quality.yardsticks import Yardstick


def command(
    file: Annotated[Path, typer.Option(help="labelled lines: language, label, text and, if any, english")] = REVIEWS,
    engines: Annotated[
        list[str] | None, typer.Option(help="of translation, as auto or es=apertium; may be repeated")
    ] = None,
    task: Annotated[str, typer.Option(help="the artifact that gives the labels")] = SHIPPED,
    artifacts: Annotated[str, typer.Option(help="the folder above vectorizer/ and saved_model/")] = ROOT,
    json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Measure how much of a text's tone survives its translation."""
    from ..quality.table import as_json, show

    try:
        lines = read(file)
        labels = {line.label for line in lines}
        rows = [
            row for spec in engines or ["auto"] for row in _measured(lines, spec, _yardsticks(task, artifacts, labels))
        ]
    except (BatchError, ArtifactError) as error:
        print(f"batch: {error}", file=sys.stderr)
        raise typer.Exit(codes.of(error)) from None
    if json:
        print(as_json(rows))
    else:
        show(rows, len(labels))


def _yardsticks(task: str, artifacts: str, labels: set[str]) -> "list[Yardstick]":
    """The artifact; and the list of words where the labels are the three that it tells."""
    from ..quality.yardsticks import of_model, word_list

    plain = labels <= {"negative", "neutral", "positive"}
    return [of_model(load(task, artifacts), labels), *([word_list()] if plain else [])]


def _measured(lines: list[Line], spec: str, yardsticks: "list[Yardstick]") -> "list[Row]":
    from ..engines import choose
    from ..language import Languages
    from ..quality.measure import measure

    spoken = list(dict.fromkeys(line.language for line in lines))
    opened = choose.engines(spec, spoken)
    try:
        return list(measure(lines, opened, yardsticks, Languages(spoken)))
    finally:
        choose.close(opened.values())
