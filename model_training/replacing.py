"""Whether a new network may take the place of the artifact that is there: not if that one is better.

Better means: on the same data, its cross-validated accuracy or macro-F1 (the mean) is above the new one's by more
than its own standard error. Figures from other data say nothing about each other, so there the person decides
(`--replace`), and is asked before anything is fitted. Left out: how a place is taken (`textmodel.publish`).
"""

import os
from collections.abc import Mapping
from typing import Any

from textmodel import artifact
from textmodel.artifact import Artifact

from .dataset import Dataset
from .errors import KeptError
from .metrics import Estimate

MEASURES = {"accuracy": "accuracy", "macro_f1": "macro-F1"}


def check_comparable(root: str, task: str, before: Artifact | None, dataset: Dataset) -> None:
    """The artifact in place, if there is one, was measured on the same data: file, columns and labels.

    Raises: KeptError.
    """
    if not any(map(os.path.lexists, artifact.folders(root, task))):
        return
    if before is None:
        raise KeptError("the artifact in place cannot be read, so not be compared with")
    about = before.about
    if any(_estimate(about, measure) is None for measure in MEASURES):
        raise KeptError(f"{before.task}-{before.version} in place names no metrics to compare with")
    found = str(about.get("data", {}).get("sha256", ""))
    if found != dataset.sha256:
        raise KeptError(
            f"{before.task}-{before.version} in place was measured on other data "
            f"(SHA-256 {found[:12] or 'not named'}, this file has {dataset.sha256[:12]})"
        )
    columns = dataset.table and {"text": dataset.table.text, "label": dataset.table.label}
    told = about.get("data", {}).get("table")
    if (told and {name: told.get(name) for name in ("text", "label")}) != columns:
        raise KeptError(f"{before.task}-{before.version} in place was measured on other columns of the same file")
    if before.labels != dataset.labels:
        raise KeptError(f"{before.task}-{before.version} in place has other labels")


def check_better(before: Artifact | None, new: Mapping[str, Estimate]) -> None:
    """The new network's measures are not below those of the artifact in place by more than its standard error.

    Raises: KeptError, naming both figures.
    """
    for measure, name in MEASURES.items():
        old = before and _estimate(before.about, measure)
        if before and old and new[measure].mean < old.mean - old.se:
            raise KeptError(
                f"{before.task}-{before.version} in place is better: {name} {old.mean:.4f} ± {old.se:.4f}, "
                f"the new network's is {new[measure].mean:.4f}"
            )


def _estimate(about: Mapping[str, Any], measure: str) -> Estimate | None:
    match about:
        case {"metrics": {"ours": {**measures}}}:
            match measures.get(measure):
                case {"mean": float(mean), "se": float(se)}:
                    return Estimate(mean, se)
    return None
