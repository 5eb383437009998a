"""How an artifact was made, for its manifest and for the run log: data, recipe, libraries, metrics.

No time, no date and no path of a machine: the same training gives the same manifest.
Left out: the manifest's own fields (`textmodel.artifact`), and the same for people (`card`).
"""

import platform
from collections.abc import Mapping
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import Any

from .evaluate import Results
from .request import Prepared, Request
from .scores import Scores

LIBRARIES = ("tensorflow-cpu", "keras", "scikit-learn", "numpy")


def about(request: Request, prepared: Prepared, results: Results) -> dict[str, Any]:
    """The manifest's account of a run."""
    return {
        "licence": request.task.licence,
        "data": data(prepared),
        "recipe": {"seed": request.seed, **asdict(request.recipe)},
        "libraries": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "metrics": metrics(request, results, prepared.dataset.labels),
    }


def data(prepared: Prepared) -> dict[str, Any]:
    """How the file and the lists beside it were read."""
    dataset, agreed = prepared.dataset, prepared.agreement
    left_out = {"texts", "targets", "labels"} if dataset.table else {"texts", "targets", "labels", "table"}
    read = {
        name: value for name, value in asdict(replace(dataset, texts=(), targets=())).items() if name not in left_out
    }
    read |= {"used": len(dataset.texts), "labels": dataset.label_counts()}
    if agreed:
        read["agreement"] = {
            "lists": [asdict(one) for one in agreed.lists],
            "missing": agreed.missing,
            "sentences": {f"{level:g}": count for level, count in agreed.counts().items()},
            "unknown": agreed.levels.count(None),
        }
    return read


def metrics(request: Request, results: Results, labels: tuple[str, ...]) -> dict[str, Any]:
    """What cross-validation found out, as plain values."""
    calibration = results.calibration
    return {
        "folds": results.folds,
        "ours": _scores(results.ours, labels),
        "original" if request.yardstick else "logistic_regression": _scores(results.yardstick, labels),
        "majority": _scores(results.majority, labels),
        "calibration": {
            "temperature": calibration.temperature,
            "before": asdict(calibration.before),
            "after": asdict(calibration.after),
        },
        "targets": [asdict(one) for one in results.reached],
    }


def headline(results: Results) -> dict[str, float]:
    """The few figures by which runs are compared."""
    ours, after = results.ours, results.calibration.after
    figures = {
        "accuracy": ours.accuracy.mean,
        "accuracy_se": ours.accuracy.se,
        "macro_f1": ours.macro_f1.mean,
        "macro_f1_se": ours.macro_f1.se,
    }
    agreed = {f"accuracy_agreement_{level:g}": one.value for level, one in ours.by_agreement.items()}
    return {**figures, **agreed, "ece": after.ece, "nll": after.nll}


def _scores(scores: Scores, labels: tuple[str, ...]) -> dict[str, Any]:
    return {
        "accuracy": asdict(scores.accuracy),
        "macro_f1": asdict(scores.macro_f1),
        "by_split_seed": {
            str(seed): {"accuracy": accuracy.mean, "macro_f1": macro_f1.mean}
            for seed, (accuracy, macro_f1) in zip(scores.split_seeds, scores.by_seed, strict=True)
        },
        "by_agreement": {f"{level:g}": asdict(value) for level, value in scores.by_agreement.items()},
        "by_class": {label: _class(scores, n) for n, label in enumerate(labels)},
    }


def _class(scores: Scores, n: int) -> Mapping[str, Any]:
    return {measure: asdict(values[n]) for measure, values in scores.by_class.items()}
