"""`python -m workbench media features | train | cross-validate | label`: items told apart by their texts' emotions.

Left out: the work (`media`).
"""

import csv
import io
import sys
from typing import Annotated

import typer

from .. import figures, media, media_model, pages, permutation, settings, tabular
from ..errors import shown_bytes
from ..media import Truth
from ..report import put
from .shared import Place, Seed, Store, progress, reported
from .told import told

app = typer.Typer(help="Features of media items, and a classifier of them.", no_args_is_help=True)
Source = Annotated[str, typer.Argument(help="a source that `emotion label` has labelled")]
Known = Annotated[str, typer.Option(help="the source that holds what is known of items")]
Item = Annotated[str, typer.Option(help="its column of items")]
Label = Annotated[str, typer.Option(help="its column of labels")]
Group = Annotated[str | None, typer.Option(help="its column of what must stay together, such as a series")]
Task = Annotated[str, typer.Option(help="the media model's name")]
Emotions = Annotated[str | None, typer.Option("--model", help="of the labels; default: the source's newest")]
Kind = Annotated[str, typer.Option(help=f"of model: {' or '.join(tabular.KINDS)}")]


@app.command("features")
def features(
    source: Source,
    out: Annotated[str | None, typer.Option(help="a CSV file; else standard output")] = None,
    model: Emotions = None,
    place: Place = None,
    store: Store = None,
) -> None:
    """A row of features for each item, computed beside the predictions."""
    with told():
        found = media.features(settings.load(place, store=store), source, model=model)
        lines = io.StringIO(newline="")
        rows = zip(*found.table.to_pydict().values(), strict=True)
        csv.writer(lines, lineterminator="\n").writerows([found.table.column_names, *rows])
        if out:
            put(out, lines.getvalue().encode())
        else:
            print(lines.getvalue(), end="")
        moved = "from the cache" if found.transfer.cached else f"{shown_bytes(found.transfer.bytes_moved)} moved"
        print(f"{found.table.num_rows:,} items by {found.model}, {moved}", file=sys.stderr)


@app.command("cross-validate")
def cross_validate(
    source: Source,
    truth: Known,
    task: Task,
    item: Item = "item",
    label: Label = "label",
    group: Group = None,
    kind: Kind = "logistic",
    folds: Annotated[int, typer.Option(min=2)] = media_model.FOLDS,
    repeats: Annotated[int, typer.Option(min=1, help="over other folds")] = media_model.REPEATS,
    rounds: Annotated[int, typer.Option(min=0, help="of shuffled labels; 0: no such test")] = permutation.ROUNDS,
    model: Emotions = None,
    place: Place = None,
    store: Store = None,
    seed: Seed = None,
) -> None:
    """Judge a model on items that it has not seen, beside the majority and beside shuffled labels."""
    with told():
        found = settings.load(place, store=store, seed=seed)
        with progress("shuffled labels") as said:
            done = media.cross_validate(
                found, source, Truth(truth, item, label, group), task=task, kind=media.kind(kind), folds=folds,
                repeats=repeats, rounds=rounds, model=model, say=lambda _, n, of: said(n, of),
            )  # fmt: skip
        print(figures.text(pages.comparison(done)))
        print()
        print(figures.text(figures.table(done.judged.score, done.judged.repeats)))
        print()
        print("\n".join(pages.verdict(done)))
        reported(found, f"{task}-{done.run}", f"{task}: cross-validation", pages.cross_validation(done))


@app.command("train")
def train(
    source: Source,
    truth: Known,
    task: Task,
    item: Item = "item",
    label: Label = "label",
    kind: Kind = "logistic",
    model: Emotions = None,
    place: Place = None,
    store: Store = None,
    seed: Seed = None,
) -> None:
    """A model of all items whose label is known, written without pickle below the settings' folder."""
    with told():
        found = settings.load(place, store=store, seed=seed)
        made = media.train(found, source, Truth(truth, item, label), task=task, kind=media.kind(kind), model=model)
        print(f"{made.name} is in {media.folder(found, task)}, from {made.about['items']:,} items")
        for name, weights in tabular.strongest(made.tabular, 4).items():
            print(f"  {name}: {', '.join(f'{feature} {weight:+.2f}' for feature, weight in weights)}")


@app.command("label")
def label(source: Source, task: Task, model: Emotions = None, place: Place = None, store: Store = None) -> None:
    """Label every item of a source by the media model, into the store."""
    with told():
        done = media.label(settings.load(place, store=store), source, task=task, model=model)
        print(f"{done.rows:,} items by {done.labelling.model}, {done.changed:,} rows new or changed")
        for name, count in done.counts.items():
            print(f"  {name}: {count:,}")
