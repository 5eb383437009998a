"""The media classifier over the operational database: features asked beside it, runs, truth and labels stored in it.

    store.prediction -> features (a row an item travels) + truth -> cross-validation, model, labels -> store

Left out: what is learnt and how it is judged (`media_model`, `tabular`), the features' meaning (`features`).
"""

import os
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

import pyarrow as pa

from store.database import open_database
from store.predictions import Batch, Labelling, Predictions, score_columns
from store.records import Metric, Model, Run, Transfer, TruthRow
from store.results import Results

from . import figures, handover, media_model, permutation, tabular_file
from .bucket import Bucket, connect
from .catalog import describe
from .engines.choose import beside, open_engine
from .errors import LabelError, RunError, SettingsError
from .features import features as expression
from .media_model import Dataset, Judged, Say
from .queries import ask
from .settings import Settings
from .tabular import KINDS, Kind
from .tabular_file import Stored

PREDICTIONS = "store.prediction"


class Features(NamedTuple):
    """A row an item, and how it came here."""

    table: pa.Table
    model: str
    """Of emotion, that gave the labels."""
    source: str
    emotions: tuple[str, ...]
    transfer: Transfer
    version: str
    """Of the source when it was labelled."""


class CrossValidated(NamedTuple):
    """A cross-validation and the run that it is stored as."""

    judged: Judged
    data: Dataset
    features: Features
    run: str
    new: bool


class Labelled(NamedTuple):
    """Items that a media model has labelled."""

    labelling: Labelling
    rows: int
    changed: int
    counts: dict[str, int]


class Truth(NamedTuple):
    """What an analyst knows of items: a source and its columns; `group` names what must stay together."""

    source: str
    item: str = "item"
    label: str = "label"
    group: str | None = None


def features(settings: Settings, source: str, *, model: str | None = None, emotion: str = "emotion") -> Features:
    """The features of every item of a labelled source, by its newest labelling or that of a `model`.

    Raises: RunError where the source was not labelled; LabelError for more labels than have scores; BudgetError.
    """
    with open_database(settings.store) as database:
        labelling = _labelling(Predictions(database), source, model, emotion)
        labels = Results(database).model(labelling.model).labels
    scores = score_columns(labels)
    if not scores:
        raise LabelError(labelling.model, f"{len(labels)} labels have no score columns, features need them", labels)
    place = describe(settings, PREDICTIONS)
    with open_engine(settings, beside([place], settings)) as engine:
        expr = expression(engine.table(place), scores, labelling.model, source)
        answer = ask(settings, engine, expr)
        transfer = Transfer(engine.name, engine.sql(expr), answer.table.num_rows, answer.moved_bytes, answer.cached)
    return Features(answer.table, labelling.model, source, labels, transfer, labelling.source_version)


def cross_validate(
    settings: Settings, source: str, truth: Truth, *, task: str, kind: Kind = "logistic",
    folds: int = media_model.FOLDS, repeats: int = media_model.REPEATS, rounds: int = permutation.ROUNDS,
    model: str | None = None, say: Say = lambda *_: None,
) -> CrossValidated:  # fmt: skip
    """Items of a source judged by models that have not seen them; the truth, the run and its figures are stored.

    Raises: as `features`, `media_model.dataset` and `media_model.cross_validate`.
    """
    begun, found = time.monotonic(), features(settings, source, model=model)
    data, version = _dataset(settings, found, truth)
    judged = media_model.cross_validate(
        data, kind=kind, folds=folds, repeats=repeats, rounds=rounds, seed=settings.seed, say=say
    )
    how = {"kind": kind, "folds": folds, "repeats": repeats, "rounds": rounds}
    run = Run("cross-validate", task, None, settings.seed, _provenance(found, truth, version, **how), len(data.items),
              round(time.monotonic() - begun, 1))  # fmt: skip
    with open_database(settings.store) as database:
        results = Results(database)
        results.save_truth(task, [TruthRow(*pair) for pair in zip(data.items, data.labels, strict=True)], version)
        new = results.save_run(
            run, _metrics(judged), figures.confusion(judged.score, "cross-validated"), [found.transfer]
        )
    return CrossValidated(judged, data, found, run.key, new)


def train(
    settings: Settings, source: str, truth: Truth, *, task: str, kind: Kind = "logistic", model: str | None = None
) -> Stored:  # fmt: skip
    """A model of all items with a truth, in `<folder>/models/<task>`, registered and its run stored.

    The same data and seed give the same model under the same name.
    Raises: as `features` and `media_model.dataset`; LabelError for one class; StorageError.
    """
    begun, found = time.monotonic(), features(settings, source, model=model)
    data, version = _dataset(settings, found, truth)
    fitted = media_model.train(data, kind=kind, seed=settings.seed)
    about = {**_provenance(found, truth, version, kind=kind), "seed": settings.seed, "items": len(data.items)}
    with open_database(settings.store) as database:
        results = Results(database)
        digest = tabular_file.content_hash(fitted)
        number = _version(results, task, digest)
        stored = tabular_file.write(folder(settings, task), task, number, fitted, data.rows, about)
        results.register(Model(stored.name, task, fitted.labels, digest, {"kind": kind, "features": fitted.features}))
        seconds = round(time.monotonic() - begun, 1)
        provenance = _provenance(found, truth, version, kind=kind)
        run = Run("train", task, stored.name, settings.seed, provenance, len(data.items), seconds)
        results.save_run(run, transfers=[found.transfer])
    return stored


def label(settings: Settings, source: str, *, task: str, model: str | None = None) -> Labelled:
    """Every item of a source labelled by the task's media model; these are its current labels from now on.

    Where it was not trained in this folder, it is that of the bucket, if one is set.
    Raises: RunError where there is no such model, or the emotions are another model's; as `features`.
    """
    if settings.bucket:
        handover.fetch_model(Bucket(connect(), settings.bucket), settings.folder, task)
    stored = tabular_file.read(folder(settings, task))
    found = features(settings, source, model=model)
    if found.model != stored.about["emotion_model"]:
        expected = f"labels of {stored.about['emotion_model']}, of which {stored.name} was made"
        raise RunError(f"features of {source}", expected, found.model)
    rows = media_model.label(stored.tabular, found.table)
    counts = dict.fromkeys(stored.tabular.labels, 0)
    for name in rows["label"].to_pylist():
        counts[name] += 1
    batch = sha256(repr([source, found.version, rows.to_pydict()]).encode()).hexdigest()[:32]
    with open_database(settings.store) as database:
        predictions = Predictions(database)
        changed = predictions.save(Batch(stored.name, source, batch, found.version), rows)
        labelling = predictions.finish(stored.name, source, found.version)
    return Labelled(labelling, rows.num_rows, changed, counts)


def kind(text: str) -> Kind:
    """The kind of model that a text names.

    Raises: SettingsError.
    """
    for one in KINDS:
        if one == text:
            return one
    raise SettingsError("--kind", " or ".join(KINDS), repr(text))


def folder(settings: Settings, task: str) -> str:
    """Where a task's media model is."""
    return os.path.join(settings.folder, handover.MODELS, task)


def _labelling(predictions: Predictions, source: str, model: str | None, task: str) -> Labelling:
    every = [one for one in predictions.labellings(task) if one.source == source]
    chosen = [one for one in every if model in (None, one.model)]
    if not chosen:
        expected = f"a source that {model or 'a model of ' + task} has labelled: emotion label {source}"
        raise RunError(f"features of {source}", expected, ", ".join(one.model for one in every) or "no labels")
    return chosen[0]


def _dataset(settings: Settings, found: Features, truth: Truth) -> tuple[Dataset, str]:
    """Features with their truth, and the truth's version."""
    place = describe(settings, truth.source)
    place.require([truth.item, truth.label, *([truth.group] if truth.group else [])])
    with open_engine(settings, beside([place], settings)) as engine:
        table = engine.table(place)
        wanted = {"item": truth.item, "label": truth.label} | ({"group": truth.group} if truth.group else {})
        answer = ask(settings, engine, table.select(**{name: table[column] for name, column in wanted.items()}))
    return media_model.dataset(found.table, answer.table, group="group" if truth.group else None), place.version


def _version(results: Results, task: str, digest: str) -> str:
    """That of the same model where it is known, else the next."""
    known = results.models(task)
    for one in known:
        if one.content_hash == digest:
            return one.model.removeprefix(f"{task}-")
    return f"1.{len(known)}.0"


def _metrics(judged: Judged) -> list[Metric]:
    """Of the model, by label and by fold, of the majority, and of luck."""
    split, rows = "cross-validated", len(judged.given)
    kept = figures.metrics(judged.score, split, rows=rows)
    kept += figures.metrics(judged.majority, split, "yardstick=majority", rows)
    for number, fold in enumerate(judged.by_fold):
        kept += figures.metrics(fold, split, f"fold={number}")
    if judged.luck:
        luck = {"p": judged.luck.p, "balanced_accuracy": judged.luck.mean, "highest": judged.luck.highest}
        kept += [Metric(split, name, value, rows, "yardstick=luck") for name, value in luck.items()]
    return kept


def _provenance(found: Features, truth: Truth, version: str, **more: Any) -> Mapping[str, Any]:
    return {
        "emotion_model": found.model, "source": found.source, "labelling": found.version,
        "truth": truth._asdict(), "truth_version": version, **more,
    }  # fmt: skip
