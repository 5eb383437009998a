"""One training run from what was read to the published pair: cross-validate, fit, check, write.

Nothing below the root changes before everything is computed and checked. Left out: reading the
file (`request`), arguments and exit codes (`__main__`), and each step itself, which has its own module.
"""

import platform
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from textmodel import Model
from textmodel.artifact import Artifact
from textmodel.publish import publish

from . import agreement, card, evaluate, export, features, network, plots
from .evaluate import Corpus, Fold, Results, Scores
from .progress import Display
from .recipes import Recipe
from .request import SHARES, Prepared, Request
from .tasks import GOLDENS

LIBRARIES = ("tensorflow-cpu", "keras", "scikit-learn", "numpy")


@dataclass(frozen=True)
class Outcome:
    """What a run has made."""

    model: Model
    results: Results
    parity: float
    """The largest difference to Keras's own probabilities, over all sentences used."""


def train(
    request: Request, prepared: Prepared, display: Display, publishing: AbstractContextManager[None] | None = None
) -> Outcome:
    """Cross-validate, fit to everything, check and publish; `publishing` is entered for the last step.

    Raises: ParityError; OSError when the disk refuses. Either way the old pair is still there.
    """
    corpus, recipe = _corpus(prepared), request.recipe
    results = _cross_validate(request, corpus, display)
    display.stage("final network, on all sentences")
    texts = corpus.texts.tolist()
    vectorizer = features.fit(recipe, texts)
    matrix = features.dense(vectorizer, texts)  # (B, V)
    fitted = network.fit(recipe, matrix, corpus.targets, len(corpus.labels), request.seed, display.advance)
    artifact = Artifact(
        task=request.task.name,
        version=request.version or "",
        labels=corpus.labels,
        token_rule=recipe.token_rule,
        terms=vectorizer.get_feature_names_out().tolist(),
        layers=network.dense_layers(fitted),
        about=about(request, prepared, results),
    )
    if request.version is None:
        artifact = artifact._replace(version=export.next_version(prepared.before, artifact))
    parity = export.check_parity(Model(artifact), texts, network.predict(fitted, matrix))
    extras = _extras(request, prepared, artifact, results)
    with publishing or nullcontext():
        model = publish(request.root, artifact, GOLDENS, extras)
        export.save_build(request.root, artifact.task, fitted, vectorizer)
    return Outcome(model, results, parity)


def _corpus(prepared: Prepared) -> Corpus:
    dataset, agreed = prepared.dataset, prepared.agreement
    return Corpus(
        np.array(dataset.texts, dtype=object),
        np.array(dataset.targets, dtype=np.intp),
        dataset.labels,
        np.array(agreed.agreed) if agreed else None,
    )


def _cross_validate(request: Request, corpus: Corpus, display: Display) -> Results:
    parts = evaluate.folds(corpus, request.recipe.token_rule, request.folds, request.seed)

    def scores(recipe: Recipe, name: str, share: float = 1.0) -> Scores:
        announced = _announced(parts, f"{name}, fold", display)
        predicted = evaluate.out_of_fold(recipe, corpus, announced, request.seed, display.advance, share)
        return evaluate.score(corpus, predicted, parts, request.seed)

    ours = scores(request.recipe, "network")
    curve = [*(scores(request.recipe, f"network on {share:.1%} of the sentences", share) for share in SHARES), ours]
    return Results(
        folds=request.folds,
        ours=ours,
        original=scores(request.yardstick, "original network"),
        majority=evaluate.score(corpus, evaluate.majority(corpus, parts), parts, request.seed),
        curve_sizes=tuple(round(share * len(parts[0][0])) for share in (*SHARES, 1.0)),
        curve_accuracy=tuple(s.accuracy for s in curve),
        curve_macro_f1=tuple(s.macro_f1 for s in curve),
    )


def _announced(parts: list[Fold], stage: str, display: Display) -> Iterator[Fold]:
    for number, part in enumerate(parts, 1):
        display.stage(f"{stage} {number} of {len(parts)}")
        yield part


def about(request: Request, prepared: Prepared, results: Results) -> dict[str, Any]:
    """How the artifact was made, for its manifest: no time, no date, no path of a machine."""
    dataset, agreed = prepared.dataset, prepared.agreement
    read = {name: value for name, value in asdict(dataset).items() if name not in {"texts", "targets", "labels"}}
    read |= {"repaired": 0, "used": len(dataset.texts), "labels": dataset.label_counts()}
    if agreed:
        read["all_agree"] = {**asdict(agreed), "file": agreement.FILE, "agreed": sum(agreed.agreed)}
    return {
        "data": read,
        "recipe": {"seed": request.seed, **asdict(request.recipe)},
        "libraries": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "metrics": {
            "folds": results.folds,
            "ours": _metrics(results.ours, dataset.labels),
            "original": _metrics(results.original, dataset.labels),
            "majority": _metrics(results.majority, dataset.labels),
        },
    }


def _metrics(scores: Scores, labels: Iterable[str]) -> dict[str, Any]:
    per_class = {
        label: {measure: asdict(values[n]) for measure, values in scores.by_class.items()}
        for n, label in enumerate(labels)
    }
    means = {"accuracy": scores.accuracy, "macro_f1": scores.macro_f1, "all_agree": scores.all_agree}
    return {**{name: asdict(mean) for name, mean in means.items() if mean}, "by_class": per_class}


def _extras(request: Request, prepared: Prepared, artifact: Artifact, results: Results) -> dict[str, bytes]:
    """The card and its plots, by file name."""
    text = card.card(request, prepared, artifact.version, len(artifact.terms), results)
    curves = {"accuracy": results.curve_accuracy, "macro-F1": results.curve_macro_f1}
    return {
        "MODEL_CARD.md": text.encode(),
        card.CONFUSION: plots.confusion(results.ours.confusion, artifact.labels),
        card.CURVE: plots.learning_curve(results.curve_sizes, curves),
    }
