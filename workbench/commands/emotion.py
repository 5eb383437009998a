"""`python -m workbench emotion train | validate | label`: a text classifier on an extract, and its labels of a source.

Left out: the work (`emotion`).
"""

import shlex
from typing import Annotated

import typer

from textmodel.model import ROOT

from .. import emotion, figures, pages, settings
from ..classifying import cores
from ..emotion import Columns
from .shared import Artifacts, Place, Seed, Store, progress, reported
from .shared import extract as chosen
from .told import told

app = typer.Typer(help="Train, validate and use a classifier of texts.", no_args_is_help=True)
Folder = Annotated[str, typer.Argument(metavar="EXTRACT", help="what `select` wrote: its folder, or its key")]
Task = Annotated[str, typer.Option(help="the model's name: small letters, digits, _ and -")]
Text = Annotated[str, typer.Option(help="the column of the texts")]


@app.command("train")
def train(
    extract: Folder,
    task: Task = "emotion",
    text: Text = "text",
    label: Annotated[str, typer.Option(help="the column of the labels")] = "label",
    part: Annotated[str, typer.Option(help="of the split, to train on")] = "train",
    artifacts: Artifacts = ROOT,
    trainer: Annotated[str, typer.Option(help="further options of python -m model_training, in one text")] = "",
    place: Place = None,
    store: Store = None,
    seed: Seed = None,
) -> None:
    """Train on one part of an extract; the trainer judges itself beside a logistic regression and the majority."""
    with told():
        found = settings.load(place, store=store, seed=seed)
        made = emotion.train(found, chosen(found, extract), task=task, text=text, label=label, part=part,
                             artifacts=artifacts, options=shlex.split(trainer), say=_said)  # fmt: skip
        told_of = f"{len(made.labels)} labels from {made.rows:,} texts in {made.seconds:,.0f} s"
        print(f"\n{made.model}: {told_of}, run {made.run}")


@app.command("validate")
def validate(
    extract: Folder,
    task: Task = "emotion",
    text: Text = "text",
    label: Annotated[str, typer.Option(help="the column of the true labels")] = "label",
    part: Annotated[str, typer.Option(help="of the split, held out")] = "test",
    by: Annotated[list[str] | None, typer.Option(help="a column whose values are judged apart, such as fold")] = None,
    artifacts: Artifacts = ROOT,
    place: Place = None,
    store: Store = None,
    seed: Seed = None,
) -> None:
    """Judge the model on a part that it was not trained on; figures and confusion go into the store."""
    with told():
        found = settings.load(place, store=store, seed=seed)
        done = emotion.validate(found, chosen(found, extract), task=task, text=text, label=label, part=part,
                                by=by or (), artifacts=artifacts)  # fmt: skip
        print(figures.text(figures.table(done.score)))
        print(f"\naccuracy {figures.shown(done.score.accuracy)}, macro-F1 {figures.shown(done.score.macro_f1)}")
        for name, one in done.slices.items():
            print(f"  {name}: {one.rows:,} texts, macro-F1 {figures.shown(one.macro_f1)}")
        print("\n".join(pages.doubts(done)))
        print(f"run {done.run} of {done.model}{'' if done.new else ', as it was stored before'}")
        reported(found, f"{task}-{done.run}", f"{done.model}: validation", pages.validation(done))


@app.command("label")
def label(
    source: Annotated[str, typer.Argument(help="a source of workbench.toml, or store.<table>")],
    task: Task = "emotion",
    text: Text = "text",
    item: Annotated[str, typer.Option(help="the column that says which texts belong together")] = "item",
    text_id: Annotated[str | None, typer.Option(help="the column that names a text in its item")] = None,
    position: Annotated[str | None, typer.Option(help="the column that orders the texts of an item")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="processes that classify", show_default="one a core")] = None,
    artifacts: Artifacts = ROOT,
    place: Place = None,
    store: Store = None,
) -> None:
    """Label every text of a source into the store; what is there already is not done again."""
    with told("what is stored stays, and the same command goes on there"):
        found = settings.load(place, store=store)
        with progress("texts") as said:
            done = emotion.label(found, source, Columns(text, item, text_id, position), task=task,
                                 artifacts=artifacts, say=lambda rows, _: said(rows, None),
                                 jobs=jobs or cores())  # fmt: skip
        made = done.labelled
        rate = f", {made.rows / done.seconds:,.0f} a second" if done.seconds else ""
        print(f"{source}: {made.rows:,} texts by {done.model} in {done.seconds:,.1f} s{rate}, run {done.run}")
        print(
            f"{made.changed:,} rows new or changed, {made.skipped:,} were there, {made.without_text:,} without a text"
        )
        for name, count in made.counts.items():
            print(f"  {name}: {count:,}")


def _said(line: str) -> None:
    print(line, flush=True)
