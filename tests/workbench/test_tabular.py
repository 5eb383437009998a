"""The tabular model: what scikit-learn fitted is what NumPy answers, also after it was written and read."""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_sample_weight

from workbench import tabular, tabular_file
from workbench.errors import ColumnError, LabelError, RunError, StorageError

FEATURES = ("mean_happy", "mean_sad", "texts")


def rows(labels: int, count: int = 60, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Rows whose first two columns tell the label, on scales far apart."""
    source = np.random.default_rng(seed)
    names = [f"label {n % labels}" for n in range(count)]
    centre = np.array([[n % labels, -(n % labels), 0] for n in range(count)])
    return (centre + source.normal(0, 0.5, (count, 3))) * (1, 1000, 0.01), names


@pytest.mark.parametrize("labels", [2, 3])
def test_the_logistic_model_answers_as_scikit_learn(labels: int):
    """The same probabilities as a pipeline of scikit-learn, for two labels and for more."""
    x, y = rows(labels)
    mine = tabular.fit(x, y, FEATURES).probabilities(x)
    theirs = LogisticRegression(C=tabular.STRENGTH, class_weight="balanced", solver="newton-cholesky")
    expected = make_pipeline(StandardScaler(), theirs).fit(x, y).predict_proba(x)
    assert mine == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("labels", [2, 3])
def test_the_network_answers_as_scikit_learn(labels: int):
    """Its layers taken out of scikit-learn give scikit-learn's probabilities."""
    x, y = rows(labels)
    mine = tabular.fit(x, y, FEATURES, "network", seed=5).probabilities(x)
    theirs = MLPClassifier((tabular.HIDDEN,), solver="lbfgs", alpha=1.0, max_iter=tabular.STEPS, random_state=5)
    standard = StandardScaler().fit_transform(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.fit(standard, y, sample_weight=compute_sample_weight("balanced", y))
    expected = theirs.predict_proba(standard)
    assert mine == pytest.approx(expected, abs=1e-6)


def test_a_missing_value_is_the_median():
    """NaN in training or in asking stands for the column's median."""
    x, y = rows(2)
    x[::7, 0] = math.nan
    model = tabular.fit(x, y, FEATURES)
    filled = np.where(np.isnan(x), np.nanmedian(x, axis=0), x)
    assert (model.probabilities(x) == model.probabilities(filled)).all()


def test_a_column_of_one_value_harms_nothing():
    """It tells nothing, and divides nothing by zero."""
    x, y = rows(2)
    x[:, 2] = 7.0
    assert np.isfinite(tabular.fit(x, y, FEATURES).probabilities(x)).all()


def test_what_cannot_be_learnt_is_refused():
    """One class only, a feature without any value, a feature that is not there."""
    x, y = rows(2)
    with pytest.raises(LabelError, match="1 class"):
        tabular.fit(x, ["one"] * len(y), FEATURES)
    x[:, 1] = math.nan
    with pytest.raises(ColumnError, match="'mean_sad': expected a number in some rows"):
        tabular.fit(x, y, FEATURES)
    with pytest.raises(ColumnError, match="'mean_sad'"):
        tabular.matrix({"mean_happy": [1.0]}, FEATURES)


@pytest.mark.parametrize("kind", tabular.KINDS)
def test_a_model_reads_back_bit_for_bit(tmp_path: Path, kind: tabular.Kind):
    """JSON holds every float64 exactly."""
    x, y = rows(3)
    x[0, 0] = math.nan  # a golden row with a missing value
    model = tabular.fit(x, y, FEATURES, kind)
    stored = tabular_file.write(str(tmp_path / "genre"), "genre", "1.0.0", model, x, {"seed": 0})
    assert (stored.name, stored.about) == ("genre-1.0.0", {"seed": 0})
    assert (stored.tabular.probabilities(x) == model.probabilities(x)).all()
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["manifest.json", "weights.json"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    x, y = rows(3)
    tabular_file.write(str(tmp_path / "genre"), "genre", "1.0.0", tabular.fit(x, y, FEATURES), x, {})
    return tmp_path / "genre"


def edit(folder: Path, **fields: object) -> None:
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), **fields}))


def test_a_damaged_model_is_refused(folder: Path):
    """Weights with another hash, of another format, or that no longer answer as they did."""
    edit(folder, format=9)
    with pytest.raises(RunError, match="expected format 1, found 9"):
        tabular_file.read(str(folder))
    edit(folder, format=1, labels=["x", "y", "z"], goldens=[{"row": [0, 0, 0], "probabilities": [1.0, 0.0, 0.0]}])
    with pytest.raises(RunError, match="golden 0"):
        tabular_file.read(str(folder))
    weights = (folder / "weights.json").read_text()
    (folder / "weights.json").write_text(weights.replace("1", "2", 1))
    with pytest.raises(RunError, match="SHA-256"):
        tabular_file.read(str(folder))
    (folder / "weights.json").unlink()
    with pytest.raises(RunError, match=r"weights\.json: expected a file of a model"):
        tabular_file.read(str(folder))


@pytest.mark.parametrize("labels", [["a"], ["a", "b"], ["a", "b", "c", "d"]])
def test_shapes_that_do_not_fit_are_refused(folder: Path, labels: list[str]):
    """As many labels as the last layer has units."""
    edit(folder, labels=labels)
    with pytest.raises(RunError, match="layers that fit each other"):
        tabular_file.read(str(folder))


def test_a_place_that_cannot_be_written_leaves_what_was_there(folder: Path):
    """Where a file stands in the way of the folder's parent, the model that is there stays whole."""
    x, y = rows(2)
    with pytest.raises(StorageError):
        tabular_file.write(str(folder / "weights.json" / "new"), "genre", "2.0.0", tabular.fit(x, y, FEATURES), x, {})
    assert tabular_file.read(str(folder)).name == "genre-1.0.0"
    assert list(folder.parent.glob(".staging-*")) == []
