"""What stands between a fitted network and the place of the old one: version, parity, all or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from model_training import export
from model_training.errors import ParityError, RequestError
from textmodel import Model, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from textmodel.artifact import Artifact

# Keras reads TensorFlow's variables by a protocol that NumPy 2 is leaving behind; theirs to change.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

MEMORY = "/dev/shm"  # noqa: S108  # another file system, to which a folder cannot be renamed


def test_the_first_version() -> None:
    assert export.next_version(None, None) == "1.0.0"  # type: ignore[arg-type]


def test_the_same_weights_keep_their_version(make_artifact: Callable[..., Artifact]) -> None:
    """Other metrics or another card do not make another model."""
    before = make_artifact(version="1.4.2")

    assert export.next_version(before, make_artifact(about={"metrics": {"f1": 0.9}})) == "1.4.2"


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 2},
        {"temperature": 2.0},
        {"labels": ("a", "b", "c")},
        {"language": "fi"},
        {"reliability": [(0.5, 1.0, 0.9)]},
    ],
)
def test_whatever_changes_an_answer_raises_the_minor_number(
    make_artifact: Callable[..., Artifact], change: dict[str, object]
) -> None:
    assert export.next_version(make_artifact(version="1.9.2"), make_artifact(**change)) == "1.10.0"


def test_a_version_that_cannot_be_raised(make_artifact: Callable[..., Artifact]) -> None:
    with pytest.raises(RequestError, match="expected three numbers"):
        export.next_version(make_artifact(version="latest"), make_artifact(seed=2))


def test_a_version_is_followed_only_where_there_is_one(pair: Any, tmp_path: Path) -> None:
    assert export.in_place(str(tmp_path / "nowhere"), "sentiment", needed=True) is None
    in_place = export.in_place(str(pair.root), "sentiment", needed=True)
    assert in_place is not None
    assert in_place.version == "1.0.0"


def test_logits_that_differ_are_not_published(make_artifact: Callable[..., Artifact]) -> None:
    """Off by more than 1e-5, or no number at all; at the temperature that is served."""
    model, texts = Model(make_artifact(temperature=1.7)), ["profit rose", "net loss", ""]
    logits = (1.7 * np.log(model.probabilities_many(texts))).astype(np.float32)

    assert export.check_parity(model, texts, logits) < 1e-6
    for wrong in (logits + np.float32([0.001, 0, 0]), logits * np.float32(np.nan)):
        with pytest.raises(ParityError):
            export.check_parity(model, texts, wrong)


@pytest.fixture
def split_root(pair: Any) -> Iterator[Path]:
    """A published root whose saved_model lies on another file system."""
    if not os.path.isdir(MEMORY) or os.stat(MEMORY).st_dev == os.stat(pair.root).st_dev:
        pytest.skip(f"{MEMORY} is no other file system here")
    elsewhere = tempfile.mkdtemp(dir=MEMORY)
    shutil.move(pair.root / "saved_model", elsewhere)
    (pair.root / "saved_model").symlink_to(os.path.join(elsewhere, "saved_model"))
    yield pair.root
    shutil.rmtree(elsewhere)


def test_a_rename_that_fails_half_way_is_undone(
    split_root: Path,
    train: Callable[..., int],
    tree: Callable[[Path], dict[str, bytes]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The vectorizer is swapped in first; when the network cannot follow, the old one comes back."""
    before = tree(split_root)

    assert train(split_root, "--replace") == 1

    last = capsys.readouterr().err.splitlines()[-1]
    assert last == f"error: {split_root}/saved_model/sentiment: cannot be written: Invalid cross-device link"
    assert tree(split_root) == before
    assert load("sentiment", str(split_root)).name == "sentiment-1.0.0"
