"""A classifier of rows of numbers: standardise, then dense layers. scikit-learn fits it, plain NumPy answers.

    x (N, F) -> (x, or the median where it is missing) -> (x - mean) / scale -> [kernel, bias, relu] ... -> softmax

`logistic` has one layer, `network` one of HIDDEN units before it. Left out: files (`tabular_file`), folds and scores
(`folds`, `metrics`), what the columns mean (`features`).
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from .errors import ColumnError, LabelError

Floats = NDArray[np.float64]
Kind = Literal["logistic", "network"]
KINDS: tuple[Kind, ...] = get_args(Kind)
HIDDEN = 8
STEPS = 200
"""Of the network's optimizer: more fit the rows and not what they have in common."""
STRENGTH = 0.1
"""C of the logistic regression: media items are few, so weights are held small."""


class Layer(NamedTuple):
    """kernel (inputs, units) and bias (units,)."""

    kernel: Floats
    bias: Floats


class Tabular(NamedTuple):
    """A fitted classifier: F feature names, L labels, F medians, means and scales, and its layers."""

    features: tuple[str, ...]
    labels: tuple[str, ...]
    median: Floats
    mean: Floats
    scale: Floats
    layers: tuple[Layer, ...]

    def probabilities(self, rows: Floats) -> Floats:
        """Rows (N, F), NaN where a value is missing, to probabilities (N, L)."""
        out = (np.where(np.isnan(rows), self.median, rows) - self.mean) / self.scale
        for layer in self.layers[:-1]:
            out = np.maximum(out @ layer.kernel + layer.bias, 0.0)
        logits = out @ self.layers[-1].kernel + self.layers[-1].bias
        exponentials: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
        exponentials /= exponentials.sum(axis=1, keepdims=True)
        return exponentials

    def classify(self, rows: Floats) -> list[str]:
        """The most probable label of each row; of equal ones the first."""
        return [self.labels[at] for at in self.probabilities(rows).argmax(axis=1)]


def fit(
    rows: Floats, labels: Sequence[str], features: Sequence[str], kind: Kind = "logistic", seed: int = 0
) -> Tabular:
    """A classifier fitted to rows (N, F); rare labels weigh as much as frequent ones.

    Raises: LabelError for one class only; ColumnError for a feature without any value.
    """
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise LabelError("training", f"{len(names)} class of labels, two or more are needed", names)
    empty = np.isnan(rows).all(axis=0)
    if empty.any():
        raise ColumnError("the features", features[int(empty.argmax())], "a number in some rows", "none in any row")
    median = np.nanmedian(rows, axis=0)
    filled = np.where(np.isnan(rows), median, rows)
    mean, scale = filled.mean(axis=0), filled.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)  # a column of one value tells nothing, and must not divide by zero
    standard = (filled - mean) / scale
    layers = _logistic(standard, labels, seed) if kind == "logistic" else _network(standard, labels, seed)
    return Tabular(tuple(features), names, median, mean, scale, layers)


def strongest(model: Tabular, count: int = 5) -> dict[str, list[tuple[str, float]]]:
    """For each label of a logistic model the features that speak most for or against it, by standardised weight."""
    if len(model.layers) > 1:
        return {}
    kernel = model.layers[0].kernel  # (F, L)
    return {
        label: [
            (model.features[at], float(kernel[at, n])) for at in np.argsort(-abs(kernel[:, n]), kind="stable")[:count]
        ]
        for n, label in enumerate(model.labels)
    }


def matrix(columns: Mapping[str, Sequence[float | None]], features: Sequence[str]) -> Floats:
    """Columns by name to (N, F), NaN where a value is missing.

    >>> matrix({"a": [1, None], "b": [2, 3]}, ["b", "a"]).tolist()
    [[2.0, 1.0], [3.0, nan]]

    Raises: ColumnError, naming a feature that is not there.
    """
    for name in features:
        if name not in columns:
            raise ColumnError("the features", name, "a column of that name", f"only {', '.join(columns)}")
    return np.array([np.asarray(columns[name], dtype=np.float64) for name in features]).reshape(len(features), -1).T


def _logistic(rows: Floats, labels: Sequence[str], seed: int) -> tuple[Layer, ...]:
    from sklearn.linear_model import LogisticRegression

    asked: dict[str, Any] = {"solver": "newton-cholesky", "class_weight": "balanced", "max_iter": 1000}
    found = LogisticRegression(C=STRENGTH, random_state=seed, **asked).fit(rows, labels)
    return (_last(found.coef_.T, found.intercept_),)


def _network(rows: Floats, labels: Sequence[str], seed: int) -> tuple[Layer, ...]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier
    from sklearn.utils.class_weight import compute_sample_weight

    weight = compute_sample_weight("balanced", labels)
    asked: dict[str, Any] = {"solver": "lbfgs", "alpha": 1.0, "max_iter": STEPS, "random_state": seed}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early is meant
        found = MLPClassifier((HIDDEN,), activation="relu", **asked).fit(rows, labels, sample_weight=weight)
    first, last = (
        Layer(k.astype(float), b.astype(float)) for k, b in zip(found.coefs_, found.intercepts_, strict=True)
    )
    return first, _last(last.kernel, last.bias)


def _last(kernel: Floats, bias: Floats) -> Layer:
    """One logit of two labels becomes two, of which the first is 0."""
    if kernel.shape[1] > 1:
        return Layer(kernel.astype(float), bias.astype(float))
    return Layer(np.hstack([np.zeros_like(kernel), kernel]), np.array([0.0, float(bias[0])]))
