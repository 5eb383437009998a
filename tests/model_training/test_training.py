"""Whole runs over a small data set: what is published, and that it is the same every time."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from rich.console import Console

import textmodel
from model_training import data, runlog, tasks, training
from model_training.__main__ import main
from model_training.progress import Display
from model_training.recipes import SENTIMENT
from model_training.request import Request, prepare, with_epochs
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
    "saved_model/sentiment/coverage.png",
    "saved_model/sentiment/learning_curve.png",
    "saved_model/sentiment/manifest.json",
    "saved_model/sentiment/reliability.png",
    "saved_model/sentiment/weights.safetensors",
}
LOG = "runs/sentiment.jsonl"
PNG = b"\x89PNG\r\n\x1a\n"


def keras_probabilities(root: Path, texts: list[str]) -> np.ndarray:
    """Probabilities by the files in the build folder, at the temperature that is served."""
    import joblib
    import keras

    matrix = joblib.load(root / "build/sentiment/vectorizer.joblib").transform(texts).toarray()
    model = keras.saving.load_model(root / "build/sentiment/model.keras")
    temperature = json.loads((root / "saved_model/sentiment/manifest.json").read_text())["temperature"]
    return keras.ops.convert_to_numpy(keras.ops.softmax(model(matrix, training=False) / temperature))


def test_a_run_publishes_a_pair_that_loads(trained: Path) -> None:
    """The pair, its card and plots, and nothing left over from staging."""
    model = textmodel.load("sentiment", str(trained))

    published = {str(f.relative_to(trained)) for f in trained.rglob("*") if f.is_file() and "build" not in f.parts}
    assert model.name == "sentiment-1.0.0"
    assert published == {*PUBLISHED, LOG}
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

    assert train(tmp_path, "--seed", "1", "--replace") == 0
    assert textmodel.load("sentiment", str(tmp_path)).name == "sentiment-1.1.0"


def test_a_better_artifact_in_place_is_kept_and_the_run_is_logged(
    trained: Path,
    tmp_path: Path,
    train: Callable[..., int],
    tree: Callable[[Path], Tree],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 3 and one line with both figures; the log has one more line, and nothing else has changed."""
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    before = tree(tmp_path)

    assert train(tmp_path, "--epochs", "1") == 3

    line = capsys.readouterr().err.splitlines()[-1]
    runs, broken = runlog.read(str(tmp_path / LOG))
    found = re.fullmatch(
        r"error: not replaced: (sentiment-1\.0\.0 in place is better: (?:accuracy|macro-F1) "
        r"(0\.\d{4}) ± 0\.\d{4}, the new network's is (0\.\d{4})); --replace replaces it all the same",
        line,
    )
    assert found is not None
    assert float(found[2]) > float(found[3])
    assert [run.outcome for run in runs] == ["published sentiment-1.0.0", f"kept: {found[1]}"]
    assert (runs[1].recipe["epochs"], broken) == (1, [])
    assert {name: content for name, content in tree(tmp_path).items() if name != LOG} == {
        name: content for name, content in before.items() if name != LOG
    }


def test_a_network_that_does_not_behave_is_not_published(
    tmp_path: Path, data_file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Taught on made-up rows for one epoch it is below the behaviour suite's floors: exit code 1, and only the log."""
    code = main(["sentiment", "--data", data_file, "--out", str(tmp_path),
                 "--folds", "2", "--split-seeds", "0", "--epochs", "1", "--jobs", "1"])  # fmt: skip

    line = capsys.readouterr().err.splitlines()[-1]
    [run], _ = runlog.read(str(tmp_path / LOG))
    assert code == 1
    assert line.startswith("error: behaviour: expected at least ")
    assert run.outcome == f"failed: {line.removeprefix('error: ')}"
    assert [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()] == [LOG]


def test_what_a_check_finds_is_in_the_manifest_and_on_the_card(tmp_path: Path, data_file: str) -> None:
    """The check sees the network that is published; here with two members and lists of agreement in part."""
    rows = data.read(data_file, tasks.SENTIMENT.labels, data.Layout(), 5)
    pairs = [f"{text}@{rows.labels[n]}" for text, n in zip(rows.texts, rows.targets, strict=True)]
    shutil.copy(data_file, tmp_path / "all-data.csv")
    (tmp_path / "Sentences_AllAgree.txt").write_text("\n".join(pairs[:60]), encoding="latin-1")
    (tmp_path / "Sentences_66Agree.txt").write_text("\n".join(pairs[:100]), encoding="latin-1")
    request = with_epochs(
        Request(
            tasks.SENTIMENT,
            str(tmp_path / "all-data.csv"),
            root=str(tmp_path),
            recipe=replace(SENTIMENT, token_rule=1, hidden=(4,), members=2),
            folds=2,
            split_seeds=(3,),
        ),
        2,
    )
    checked: list[textmodel.Model] = []

    def check(model: textmodel.Model) -> dict[str, dict[str, float]]:
        checked.append(model)
        return {"direction": {"passed": 3, "cases": 4, "floor": 0.5}}

    with Display(request.epochs(), Console(file=io.StringIO())) as display:
        outcome = training.train(request, prepare(request), display, checks={"behaviour": check})

    metrics = outcome.model.artifact.about["metrics"]
    card = (tmp_path / "saved_model/sentiment/MODEL_CARD.md").read_text()
    texts = list(rows.texts)
    assert metrics["behaviour"] == {"direction": {"passed": 3, "cases": 4, "floor": 0.5}}
    assert metrics["ours"]["by_agreement"].keys() == {"1", "0.66"}
    assert outcome.model.artifact.about["data"]["agreement"]["unknown"] == 80
    assert np.array_equal(checked[0].probabilities_many(texts), outcome.model.probabilities_many(texts))
    assert [len(layer.bias) for layer in outcome.model.artifact.layers] == [8, 3]
    assert np.abs(outcome.model.probabilities_many(texts) - keras_probabilities(tmp_path, texts)).max() <= 1e-5
    assert display.done == request.epochs()
    assert "| direction | 3 of 4 | 75.0% | 50% |" in card
    assert "2 networks averaged in their logits, as one of" in card
    assert "Lists that were missing: Sentences_75Agree.txt, Sentences_50Agree.txt." in card
    assert "| 66 % | 40 |" in card


def test_the_served_pair_answers_as_keras_does(trained: Path, data_file: str) -> None:
    """From the files of both sides: at most 1e-5 apart, and no label differs."""
    texts = [*data.read(data_file, tasks.SENTIMENT.labels, data.Layout(), 5).texts, *tasks.GOLDENS]

    found = textmodel.load("sentiment", str(trained)).probabilities_many(texts)

    expected = keras_probabilities(trained, texts)
    assert np.abs(found - expected).max() <= 1e-5
    assert (found.argmax(1) == expected.argmax(1)).all()


def test_the_manifest_says_how_it_was_made(trained: Path, data_file: str) -> None:
    """Data, recipe with its seed, libraries and metrics; no path and no time, which would differ each time."""
    pair = artifact.read(str(trained), "sentiment")
    about = pair.about
    text = (trained / "saved_model/sentiment/manifest.json").read_text()

    assert about["data"]["file"] == "all-data.csv"
    assert (about["data"]["rows"], about["data"]["used"]) == (180, 180)
    assert about["data"]["labels"] == {"negative": 60, "neutral": 60, "positive": 60}
    assert (about["recipe"]["seed"], about["recipe"]["epochs"]) == (0, 3)
    assert set(about["libraries"]) == {"python", "tensorflow-cpu", "keras", "scikit-learn", "numpy"}
    assert set(about["metrics"]) == {"folds", "ours", "original", "majority", "calibration", "targets"}
    assert about["licence"] == "CC BY-NC-SA 3.0: no commercial use"
    assert about["metrics"]["ours"]["by_split_seed"].keys() == {"0", "1"}
    assert about["metrics"]["original"]["by_split_seed"].keys() == {"0"}
    assert (pair.language, pair.temperature) == ("en", about["metrics"]["calibration"]["temperature"])
    assert pair.reliability[0][0] == 0.34
    assert [sum(counts.values()) for counts in pair.baseline.values()] == [180] * 4
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
    assert "make train DATA=path/to/all-data.csv ARGS='--epochs 3 --folds 2 --split-seeds 0,1'" in card
    assert "Not known: no list of the annotators' agreement" in card
    assert "published without the behaviour suite" in card
    for plot in re.findall(r"\]\((\w+\.png)\)", card):
        content = (trained / "saved_model/sentiment" / plot).read_bytes()
        assert content.startswith(PNG)
        assert len(content) < 60_000
    assert len(re.findall(r"\.png\)", card)) == 4


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
