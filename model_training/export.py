"""A fitted vectorizer and network to the artifact pair and to the build folder, each whole or not at all.

    saved_model/<task>/, vectorizer/<task>/   the pair, with the card, through `textmodel.publish`
    build/<task>/                             model.keras and vectorizer.joblib, for parity tests and fine-tuning

Left out: the files' formats (`textmodel.artifact`) and the card's text (`card`).
"""

import os
import re
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textmodel import ArtifactError, Model, artifact
from textmodel.artifact import Artifact

from .errors import ParityError, RequestError

FIRST_VERSION = "1.0.0"
PARITY = 1e-5
_TIE = 1e-6  # labels this near to each other have the same score as it is served
_AT_ONCE = 4096
_version = re.compile(r"(\d+)\.(\d+)\.(\d+)").fullmatch


def in_place(root: str, task: str, *, needed: bool) -> Artifact | None:
    """The artifact that training is about to replace; None when there is none.

    Raises: RequestError when there is one that cannot be read, where its version is `needed` to be followed.
    """
    if not any(map(os.path.lexists, artifact.folders(root, task))):
        return None
    try:
        return artifact.read(root, task)
    except ArtifactError as error:
        if not needed:
            return None
        raise RequestError("--version", "a version, as the artifact in place cannot be read", str(error)) from error


def check_version(version: str) -> None:
    """Raises: RequestError unless it is three numbers."""
    if not _version(version):
        raise RequestError("--version", "three numbers such as 1.2.0", repr(version[:40]))


def next_version(before: Artifact | None, after: Artifact) -> str:
    """The same version for the same vocabulary and weights, else the next minor one.

    Raises: RequestError when the version before is not three numbers.
    """
    if before is None:
        return FIRST_VERSION
    if _substance(before) == _substance(after):
        return before.version
    check_version(before.version)
    major, minor, _ = before.version.split(".")
    return f"{major}.{int(minor) + 1}.0"


def check_parity(model: Model, texts: list[str], logits: NDArray[np.float32]) -> float:
    """The largest difference between served probabilities and the softmax of Keras's `logits` (B, L) / temperature.

    Raises: ParityError above 1e-5, or where a label differs and no tie explains it.
    """
    parts = [slice(start, start + _AT_ONCE) for start in range(0, len(texts), _AT_ONCE)]
    return max(_difference(model, texts[part], logits[part]) for part in parts)


def _difference(model: Model, texts: list[str], logits: NDArray[np.float32]) -> float:
    exponentials = np.exp((logits.astype(np.float64) - logits.max(1, keepdims=True)) / model.temperature)
    expected = exponentials / exponentials.sum(1, keepdims=True)
    served = model.probabilities_many(texts)
    difference = float(np.abs(served - expected).max())
    behind = (
        expected.max(1) - expected[np.arange(len(texts)), served.argmax(1)]
    )  # of the label served: 0 where the same
    if not difference <= PARITY or (behind > _TIE).any():
        raise ParityError(PARITY, difference)
    return difference


def save_build(root: str, task: str, model: Any, vectorizer: Any) -> None:
    """Keras's and scikit-learn's own files into build/<task>/, each put in place by a rename."""
    import joblib

    folder = os.path.join(root, "build", task)
    os.makedirs(folder, exist_ok=True)
    _put(folder, "model.keras", model.save)
    _put(folder, "vectorizer.joblib", lambda path: joblib.dump(vectorizer, path))


def _put(folder: str, name: str, save: Callable[[str], Any]) -> None:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".staging-") as staging:
        path = os.path.join(staging, name)
        save(path)
        os.replace(path, os.path.join(folder, name))


def _substance(pair: Artifact) -> tuple[Any, ...]:
    """What an answer depends on; the baseline of drift is no part of it."""
    layers = [(bytes(kernel), tuple(np.asarray(bias, np.float32).tolist())) for kernel, bias in pair.layers]
    table = [tuple(row) for row in pair.reliability]
    words = pair.labels, pair.token_rule, list(pair.terms), pair.min_words
    return *words, layers, pair.temperature, pair.language, table
