"""A tabular model on disk: numbers and a manifest as JSON, never a pickle; read back it answers bit for bit the same.

    <folder>/weights.json    median, mean, scale (F,), layers of kernel and bias
    <folder>/manifest.json   format, task, version, features, labels, SHA-256 of the weights, golden rows, its making

Left out: fitting (`tabular`).
"""

import json
import math
import os
import shutil
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from .errors import RunError, StorageError
from .tabular import Floats, Layer, Tabular

FORMAT = 1
WEIGHTS, MANIFEST = "weights.json", "manifest.json"
GOLDENS = 3
_TOLERANCE = 1e-9


class Stored(NamedTuple):
    """A model as it is on disk; its name is `<task>-<version>`."""

    name: str
    task: str
    tabular: Tabular
    content_hash: str
    about: Mapping[str, Any]


def write(folder: str, task: str, version: str, model: Tabular, rows: Floats, about: Mapping[str, Any]) -> Stored:
    """The model in `folder`, whole or not at all; the first of `rows` (N, F) are its goldens.

    Raises: StorageError.
    """
    weights = _weights(model)
    manifest = _encode({
        "format": FORMAT, "task": task, "version": version, "features": model.features, "labels": model.labels,
        "sha256": sha256(weights).hexdigest(), "about": about, "goldens": _goldens(model, rows[:GOLDENS]),
    })  # fmt: skip
    try:
        publish(folder, {WEIGHTS: weights, MANIFEST: manifest})
    except OSError as error:
        raise StorageError(folder, error.strerror or str(error)) from error
    return read(folder)


def read(folder: str) -> Stored:
    """The model of a folder, with its hash, its shapes and its goldens checked.

    Raises: RunError, by the first check that fails.
    """
    manifest, weights = _decode(folder, MANIFEST), _bytes(folder, WEIGHTS)
    if manifest.get("format") != FORMAT:
        raise RunError(os.path.join(folder, MANIFEST), f"format {FORMAT}", repr(manifest.get("format")))
    found = sha256(weights).hexdigest()
    if found != manifest.get("sha256"):
        raise RunError(os.path.join(folder, WEIGHTS), f"SHA-256 {str(manifest.get('sha256'))[:12]}", found[:12])
    try:
        model = _model(manifest, json.loads(weights))
        about, task, version = dict(manifest["about"]), str(manifest["task"]), str(manifest["version"])
        goldens = [([math.nan if x is None else x for x in g["row"]], g["probabilities"]) for g in manifest["goldens"]]
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(folder, "medians, means, scales and layers that fit each other", str(error)) from error
    for number, (row, expected) in enumerate(goldens):
        answer = model.probabilities(np.array([row], dtype=float))[0]
        if len(expected) != len(answer) or not np.allclose(answer, expected, rtol=0, atol=_TOLERANCE):
            raise RunError(os.path.join(folder, MANIFEST), f"golden {number} {expected}", str(answer.tolist()))
    return Stored(f"{task}-{version}", task, model, found, about)


def content_hash(model: Tabular) -> str:
    """SHA-256 of the weights' file: the same for the same numbers, whatever the model's version."""
    return sha256(_weights(model)).hexdigest()


def _weights(model: Tabular) -> bytes:
    return _encode({
        **{name: getattr(model, name).tolist() for name in ("median", "mean", "scale")},
        "layers": [{"kernel": layer.kernel.tolist(), "bias": layer.bias.tolist()} for layer in model.layers],
    })  # fmt: skip


def _model(manifest: Mapping[str, Any], weights: Mapping[str, Any]) -> Tabular:
    """Raises: KeyError, TypeError or ValueError for arrays that are none or do not fit."""
    features, labels = tuple(map(str, manifest["features"])), tuple(map(str, manifest["labels"]))
    median, mean, scale = (np.array(weights[name], dtype=float) for name in ("median", "mean", "scale"))
    layers = tuple(Layer(np.array(one["kernel"], float), np.array(one["bias"], float)) for one in weights["layers"])
    units = [len(features), *(len(layer.bias) for layer in layers)]
    shapes = [layer.kernel.shape for layer in layers]
    if not layers or shapes != list(pairwise(units)) or units[-1] != len(labels):
        raise ValueError(f"kernels of {shapes} for {len(features)} features and {len(labels)} labels")
    if {median.shape, mean.shape, scale.shape} != {(len(features),)}:
        raise ValueError(
            f"{median.shape} medians, {mean.shape} means, {scale.shape} scales of {len(features)} features"
        )
    every = [median, mean, scale, *(array for layer in layers for array in layer)]
    if not all(np.isfinite(array).all() for array in every) or (scale <= 0).any():
        raise ValueError("a number that is not finite, or a scale of 0")
    return Tabular(features, labels, median, mean, scale, layers)


def _goldens(model: Tabular, rows: Floats) -> list[dict[str, Any]]:
    answers = model.probabilities(rows)
    return [
        {"row": [None if math.isnan(x) else x for x in row], "probabilities": answer.tolist()}
        for row, answer in zip(rows.tolist(), answers, strict=True)
    ]


def publish(folder: str, files: Mapping[str, bytes]) -> None:
    """All files beside the place, then one rename; a model that was there is put back if that fails.

    Raises: OSError.
    """
    parent = os.path.dirname(os.path.abspath(folder))
    os.makedirs(parent, exist_ok=True)
    staging = tempfile.mkdtemp(prefix=".staging-", dir=parent)
    new, old = os.path.join(staging, "new"), os.path.join(staging, "old")
    try:
        os.mkdir(new)
        for name, content in files.items():
            with open(os.path.join(new, name), "xb") as file:
                file.write(content)
        if os.path.lexists(folder):
            os.rename(folder, old)
        try:
            os.rename(new, folder)
        except OSError:
            if os.path.lexists(old):
                os.rename(old, folder)
            raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _encode(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _decode(folder: str, name: str) -> dict[str, Any]:
    place = os.path.join(folder, name)
    try:
        found = json.loads(_bytes(folder, name))
    except ValueError as error:
        raise RunError(place, "JSON", str(error)) from error
    if not isinstance(found, dict):
        raise RunError(place, "a JSON object", type(found).__name__)
    return found


def _bytes(folder: str, name: str) -> bytes:
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return file.read()
    except OSError as error:
        raise RunError(os.path.join(folder, name), "a file of a model", error.strerror or str(error)) from error
