"""A better artifact stays, and one that cannot be compared with is a person's to replace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from model_training import replacing
from model_training.dataset import Dataset, Table
from model_training.errors import KeptError
from model_training.metrics import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textmodel.artifact import Artifact

SHA = "a" * 64


def read_from(
    labels: tuple[str, ...] = ("negative", "neutral", "positive"), table: tuple[str, str] | None = None
) -> Dataset:
    """A data set of the file SHA, with these labels, from these columns."""
    columns = table and Table("JSON lines", "line", *table, 0, 0, (), (), {})
    return Dataset("some.jsonl", SHA, "UTF-8", "", 0, 0, 0, 0, 0, 0, labels, (), (), columns)


@pytest.fixture
def before(make_artifact: Callable[..., Artifact]) -> Callable[..., Artifact]:
    """A function: accuracy and macro-F1 to an artifact that reaches them, ± .01, on the data of SHA."""

    def make(accuracy: float, macro_f1: float, sha256: str = SHA) -> Artifact:
        ours = {"accuracy": {"mean": accuracy, "se": 0.01}, "macro_f1": {"mean": macro_f1, "se": 0.01}}
        return make_artifact(about={"data": {"sha256": sha256}, "metrics": {"ours": ours}})

    return make


def measured(accuracy: float, macro_f1: float) -> dict[str, Estimate]:
    return {"accuracy": Estimate(accuracy, 0.005), "macro_f1": Estimate(macro_f1, 0.005)}


@pytest.mark.parametrize(("accuracy", "macro_f1"), [(0.8, 0.75), (0.9, 0.9), (0.791, 0.75), (0.8, 0.741)])
def test_as_good_within_a_standard_error_may_replace(
    before: Callable[..., Artifact], accuracy: float, macro_f1: float
) -> None:
    assert replacing.check_better(before(0.8, 0.75), measured(accuracy, macro_f1)) is None


@pytest.mark.parametrize(
    ("new", "line"),
    [
        ((0.789, 0.9), "accuracy 0.8000 ± 0.0100, the new network's is 0.7890"),
        ((0.9, 0.7), "macro-F1 0.7500 ± 0.0100, the new network's is 0.7000"),
    ],
)
def test_a_worse_one_is_kept_out_by_both_figures(
    before: Callable[..., Artifact], new: tuple[float, float], line: str
) -> None:
    """Worse in either measure by more than the standard error, however good in the other."""
    with pytest.raises(KeptError) as caught:
        replacing.check_better(before(0.8, 0.75), measured(*new))

    assert str(caught.value) == (
        f"not replaced: sentiment-1.0.0 in place is better: {line}; --replace replaces it all the same"
    )


def test_nothing_in_place_is_replaced_by_anything(tmp_path: Path) -> None:
    replacing.check_comparable(str(tmp_path), "sentiment", None, read_from())
    assert replacing.check_better(None, measured(0, 0)) is None


def test_figures_of_other_data_are_not_compared(pair: Any, before: Callable[..., Artifact]) -> None:
    root = str(pair.root)
    replacing.check_comparable(root, "sentiment", before(0.8, 0.75), read_from())

    with pytest.raises(KeptError, match=r"on other data \(SHA-256 bbbbbbbbbbbb, this file has aaaaaaaaaaaa\)"):
        replacing.check_comparable(root, "sentiment", before(0.8, 0.75, "b" * 64), read_from())


@pytest.mark.parametrize(
    ("dataset", "line"),
    [
        ({"labels": ("bad", "good")}, "sentiment-1.0.0 in place has other labels"),
        ({"table": ("body", "stars")}, "was measured on other columns of the same file"),
    ],
)
def test_other_columns_or_labels_of_the_same_file_are_not_compared(
    pair: Any, before: Callable[..., Artifact], dataset: dict[str, Any], line: str
) -> None:
    with pytest.raises(KeptError, match=line):
        replacing.check_comparable(str(pair.root), "sentiment", before(0.8, 0.75), read_from(**dataset))


@pytest.mark.parametrize(
    "about",
    [{}, {"metrics": {}}, {"metrics": {"ours": {"accuracy": 0.8}}}, {"metrics": {"ours": {"accuracy": {"mean": 0.8}}}}],
)
def test_an_artifact_without_figures_is_not_compared(
    pair: Any, make_artifact: Callable[..., Artifact], about: dict[str, Any]
) -> None:
    with pytest.raises(KeptError, match="names no metrics to compare with"):
        replacing.check_comparable(str(pair.root), "sentiment", make_artifact(about=about), read_from())


def test_an_artifact_that_cannot_be_read_is_not_compared(pair: Any) -> None:
    with pytest.raises(KeptError, match="cannot be read"):
        replacing.check_comparable(str(pair.root), "sentiment", None, read_from())
