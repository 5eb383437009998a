"""Whole runs over a small data set: what is published, and that it is the same every time."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import textmodel
from model_training import data, sample, tasks
from model_training.__main__ import main
from textmodel import artifact

if TYPE_CHECKING:
    from collections.abc import Callable

# Keras reads TensorFlow's variables by a protocol that NumPy 2 is leaving behind; theirs to change.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

Tree = dict[str, bytes]
PUBLISHED = {
    "vectorizer/sentiment/manifest.json",
    "vectorizer/sentiment/vocabulary.txt",
    "saved_model/sentiment/MODEL_CARD.md",
    "saved_model/sentiment/confusion.png",
    "saved_model/sentiment/learning_curve.png",
    "saved_model/sentiment/manifest.json",
    "saved_model/sentiment/weights.safetensors",
}
PNG = b"\x89PNG\r\n\x1a\n"


def keras_probabilities(root: Path, texts: list[str]) -> np.ndarray:
    """Probabilities by the files in the build folder: scikit-learn's vectorizer and Keras's network."""
    import joblib
    import keras

    matrix = joblib.load(root / "build/sentiment/vectorizer.joblib").transform(texts).toarray()
    model = keras.saving.load_model(root / "build/sentiment/model.keras")
    return keras.ops.convert_to_numpy(keras.ops.softmax(model(matrix, training=False)))


def test_a_run_publishes_a_pair_that_loads(trained: Path) -> None:
    """The pair, its card and plots, and nothing left over from staging."""
    model = textmodel.load("sentiment", str(trained))

    published = {str(f.relative_to(trained)) for f in trained.rglob("*") if f.is_file() and "build" not in f.parts}
    assert model.name == "sentiment-1.0.0"
    assert published == PUBLISHED
    assert len(model.artifact.goldens) == len(tasks.GOLDENS) == 8
    assert sorted(os.listdir(trained / "build/sentiment")) == ["model.keras", "vectorizer.joblib"]


def test_the_same_data_and_seed_give_the_same_files(
    trained_twice: tuple[Path, Path], tree: Callable[[Path], Tree]
) -> None:
    """Two processes, the same bytes: weights, vocabulary, manifests, card and plots."""
    first, second = (tree(root) for root in trained_twice)

    for name in sorted(PUBLISHED):
        assert first[name] == second[name], name


def test_a_third_run_keeps_the_version_and_another_seed_raises_it(
    trained: Path, tmp_path: Path, train: Callable[..., int], tree: Callable[[Path], Tree]
) -> None:
    """In this process, over a copy: the same weights are the same version; other weights the next minor one."""
    for name, content in tree(trained).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)

    assert train(tmp_path) == 0
    again = tree(tmp_path)
    assert {name: again[name] for name in PUBLISHED} == {name: tree(trained)[name] for name in PUBLISHED}

    assert train(tmp_path, "--seed", "1") == 0
    assert textmodel.load("sentiment", str(tmp_path)).name == "sentiment-1.1.0"


def test_the_served_pair_answers_as_keras_does(trained: Path, data_file: str) -> None:
    """From the files of both sides: at most 1e-5 apart, and no label differs."""
    texts = [*data.read(data_file, tasks.SENTIMENT.labels, data.Layout(), 5).texts, *tasks.GOLDENS]

    found = textmodel.load("sentiment", str(trained)).probabilities_many(texts)

    expected = keras_probabilities(trained, texts)
    assert np.abs(found - expected).max() <= 1e-5
    assert (found.argmax(1) == expected.argmax(1)).all()


def test_the_manifest_says_how_it_was_made(trained: Path, data_file: str) -> None:
    """Data, recipe with its seed, libraries and metrics; no path and no time, which would differ each time."""
    about = artifact.read(str(trained), "sentiment").about
    text = (trained / "saved_model/sentiment/manifest.json").read_text()

    assert about["data"]["file"] == "all-data.csv"
    assert (about["data"]["rows"], about["data"]["used"], about["data"]["repaired"]) == (180, 180, 0)
    assert about["data"]["labels"] == {"negative": 60, "neutral": 60, "positive": 60}
    assert (about["recipe"]["seed"], about["recipe"]["epochs"], about["recipe"]["hidden"]) == (0, 3, [16])
    assert set(about["libraries"]) == {"python", "tensorflow-cpu", "keras", "scikit-learn", "numpy"}
    assert set(about["metrics"]) == {"folds", "ours", "original", "majority"}
    assert about["metrics"]["ours"]["accuracy"].keys() == {"mean", "se"}
    assert about["metrics"]["ours"]["by_class"]["negative"]["recall"].keys() == {"value", "low", "high"}
    assert os.path.dirname(data_file) not in text
    assert str(trained) not in text


def test_the_card_shows_the_figures_of_the_manifest(trained: Path) -> None:
    """Both networks and the majority side by side, the licence, the counts, and plots that are there."""
    card = (trained / "saved_model/sentiment/MODEL_CARD.md").read_text()
    metrics = json.loads((trained / "saved_model/sentiment/manifest.json").read_text())["metrics"]

    for name in ("ours", "original", "majority"):
        mean, se = metrics[name]["accuracy"].values()
        assert f"{mean:.3f} ± {se:.3f}" in card
    assert "CC BY-NC-SA 3.0" in card
    assert "make train DATA=path/to/all-data.csv ARGS='--epochs 3 --folds 2'" in card
    for plot in re.findall(r"\]\((\w+\.png)\)", card):
        content = (trained / "saved_model/sentiment" / plot).read_bytes()
        assert content.startswith(PNG)
        assert len(content) < 60_000
    assert len(re.findall(r"\.png\)", card)) == 2


def test_any_task_is_trained_by_the_same_code(tmp_path: Path) -> None:
    """Another name, other labels: an artifact of its own, beside the others."""
    rows = [(text, "dull" if label == "neutral" else "lively") for label, text in sample.rows(20)]
    (tmp_path / "moods.csv").write_text("".join(f"{label},{text}\n" for text, label in rows), encoding="utf-8")

    code = main(["mood", "--labels", "dull,lively", "--data", str(tmp_path / "moods.csv"), "--out", str(tmp_path),
                 "--folds", "2", "--epochs", "1", "--version", "0.1.0"])  # fmt: skip

    model = textmodel.load("mood", str(tmp_path))
    card = (tmp_path / "saved_model/mood/MODEL_CARD.md").read_text()
    assert code == 0
    assert (model.name, model.labels) == ("mood-0.1.0", ("dull", "lively"))
    assert "python -m model_training mood --data path/to/moods.csv --labels dull,lively --epochs 1 --folds 2" in card
    assert "CC BY-NC-SA" not in card


@pytest.mark.data
def test_the_shipped_pair_answers_as_keras_does(sentences: list[str]) -> None:
    """Every published sentence, through what `make train` last made here."""
    root = Path(textmodel.model.ROOT)
    if not (root / "build/sentiment/model.keras").exists():
        pytest.skip("no build/sentiment/model.keras: `make train` has not run here")

    found = textmodel.load().probabilities_many(sentences)

    expected = keras_probabilities(root, sentences)
    assert np.abs(found - expected).max() <= 1e-5
    assert (found.argmax(1) == expected.argmax(1)).all()
