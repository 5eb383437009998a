"""Columns to a data set: what is left out is counted and told by its line, and labels are what a person expects."""

from __future__ import annotations

import json
from decimal import Decimal
from math import inf, nan
from typing import TYPE_CHECKING, Any

import pytest

from model_training import labels, report, sample, table
from model_training.dataset import Dataset, Table
from model_training.errors import DataError
from model_training.table import Columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Dataset]:
    """A function: rows of a text and a label, and options, to the data set."""

    def read_rows(rows: Sequence[tuple[Any, Any]], **options: Any) -> Dataset:
        path = tmp_path / "some.jsonl"
        path.write_text("\n".join(json.dumps({"text": text, "label": label}) for text, label in rows))
        return table.read(str(path), Columns("text", "label", **options))

    return read_rows


def told(dataset: Dataset) -> Table:
    assert dataset.table
    return dataset.table


def labelled(dataset: Dataset) -> list[tuple[str, str]]:
    return [(text, dataset.labels[n]) for text, n in zip(dataset.texts, dataset.targets, strict=True)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5, 1, 10], ("1", "5", "10")),
        (["5", "1", "10"], ("1", "5", "10")),
        ([4.0, 4.5, -1.0], ("-1", "4", "4.5")),
        (["4.0", "5", 4], ("4", "5")),  # as a column with gaps comes out of pandas
        (["1.10", "1.1"], ("1.1", "1.10")),  # versions, not the same number
        (["007", "7.0"], ("007", "7.0")),  # a code beside it, so no numbers
        ([True, False], ("false", "true")),
        (["b", "A", "ä", " a "], ("A", "a", "b", "ä")),
        (["__proto__", "<b>", 'say "no"', "🎉 party", "a label with spaces"],
         ("<b>", "__proto__", "a label with spaces", 'say "no"', "🎉 party")),
    ],
)  # fmt: skip
def test_labels_and_their_order(read: Callable[..., Dataset], values: list[Any], expected: tuple[str, ...]) -> None:
    """Numbers in numeric order, whole ones as such; anything else by alphabet; as it stands, without blanks around."""
    assert read([(f"text {n}", value) for n, value in enumerate(values)]).labels == expected


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_format_changes_nothing_but_its_name(tmp_path: Path, ending: str) -> None:
    """The same made-up rows in each: the same texts, labels and counts."""
    rows = [("good one", "5"), ("bad one", "1"), ("bad one", "1"), ("good one", "5"), ("both", "1"), ("both", "5")]

    dataset = table.read(
        sample.write_columns(str(tmp_path / f"a.{ending}"), rows, "body", "stars"), Columns("body", "stars")
    )

    assert labelled(dataset) == [("good one", "5"), ("bad one", "1")]
    assert (dataset.rows, dataset.duplicates, dataset.contradictions, dataset.contradicting_rows) == (6, 2, 1, 2)
    assert told(dataset).contradicting_at == ((6, 7) if ending == "csv" else (5, 6))


def test_every_row_is_accounted_for(read: Callable[..., Dataset]) -> None:
    rows = [("a", "x"), ("b", "y"), ("", "x"), (None, None), ("c", " "), ("d", "rare"), ("a", "y"), ("b", "y")]

    dataset = read([*rows, ("e", "x"), ("f", "y"), ("g", "y")], max_empty=1, min_per_label=1)

    found = told(dataset)
    left_out = found.no_text + found.no_label + sum(found.rare.values())
    assert dataset.rows == 11
    assert dataset.rows == len(dataset.texts) + dataset.duplicates + dataset.contradicting_rows + left_out
    assert (found.no_text, found.no_label, found.empty_at) == (2, 1, (3, 4, 5))
    assert found.left_out == left_out == 3


def test_a_few_empty_rows_are_left_out_and_told(read: Callable[..., Dataset]) -> None:
    """Up to one in a hundred; their lines are named."""
    rows = [(f"text {n}", n % 2) for n in range(198)]

    dataset = read([*rows, ("", 1), ("no label", None)])

    lines = report.summary(dataset, None)
    assert lines["left out"] == "1 without a text and 1 without a label: lines 199, 200"
    assert len(dataset.texts) == 198


def test_many_empty_rows_are_refused(read: Callable[..., Dataset], tmp_path: Path) -> None:
    rows = [(f"text {n}" if n % 4 else " ", n % 2 if n % 10 else "") for n in range(1, 101)]

    with pytest.raises(DataError) as caught:
        read(rows)

    assert str(caught.value) == (
        f"{tmp_path / 'some.jsonl'}: expected at most 1% of 100 rows without text or label, found 25 without 'text' "
        "(lines 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, ...) and 5 without 'label' (lines 10, 30, 50, 70, 90); "
        "--max-empty 1 leaves them out"
    )
    assert len(read(rows, max_empty=0.3).texts) == 70


def test_none_may_be_empty_if_so_asked(read: Callable[..., Dataset]) -> None:
    rows = [(f"text {n}", n % 2) for n in range(500)]

    with pytest.raises(DataError, match=r"at most 0% of 501 rows .* found 1 without 'text' \(line 501\)"):
        read([*rows, ("", 1)], max_empty=0)


def test_rare_labels_are_left_out_if_so_asked(read: Callable[..., Dataset]) -> None:
    """With all their rows, by name and number; a label that only contradicts itself is rare too."""
    rows = [*((f"x {n}", "x") for n in range(9)), *((f"y {n}", "y") for n in range(9)), ("z", "z"), ("x 0", "w")]

    dataset = read(rows, min_per_label=5)

    assert dataset.labels == ("x", "y")
    assert told(dataset).rare == {"z": 1, "w": 0}
    assert "2 left out with all their rows: 1 z, 0 w" in report.summary(dataset, None)["rare labels"]


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ([("a", 5)], {}, ", column 'label': expected 2 to 200 different labels, found 1, such as '5'"),
        (
            [(f"text {n}", n) for n in range(201)],
            {},
            ", column 'label': expected 2 to 200 different labels, found 201, such as '0', '1', '2', '3', '4'",
        ),
        (
            [("a", "x"), ("b", "y")],
            {"min_per_label": 5},
            ", column 'label': expected 2 to 200 different labels, found 0, once 2 rare ones are left out",
        ),
        ([("a", "x"), (5, "y")], {}, ", line 2, column 'text': expected a text, found 5"),
        (
            [("a", "x"), ("b", ["y"])],
            {},
            ", line 2, column 'label': expected a text, a number, true or false, found ['y']",
        ),
        (
            [("a", "x"), ("b", "word " * 30)],
            {},
            ", line 2, column 'label': expected a label of at most 100 characters, found 149, 'word word word word",
        ),
        (
            [("a", "x"), ("b", "two\nlines")],
            {},
            ", line 2, column 'label': expected a label on one line, without control characters, found '\\n' in 'two",
        ),
        ([("a", "x"), ("b", "\ud800")], {}, ", line 2, column 'label': expected a label on one line, without control"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(
    read: Callable[..., Dataset], tmp_path: Path, rows: list[Any], options: dict[str, Any], message: str
) -> None:
    """Line, column, what was expected and found."""
    with pytest.raises(DataError) as caught:
        read(rows, **options)

    assert str(caught.value).startswith(f"{tmp_path / 'some.jsonl'}{message}")


def test_200_labels_are_not_too_many(read: Callable[..., Dataset]) -> None:
    assert len(read([(f"text {n}", n) for n in range(200)]).labels) == labels.MOST


def test_a_header_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\n\n")

    with pytest.raises(DataError, match="expected labelled rows, found none after the header"):
        table.read(str(tmp_path / "a.csv"), Columns("text", "label"))


@pytest.mark.parametrize("value", [inf, -inf, 1 << 63, [1], {"a": 1}, b"x", Decimal("inf")])
def test_what_is_no_label(value: object) -> None:
    with pytest.raises(ValueError, match="a text, a number, true or false"):
        labels.name_of(value)


@pytest.mark.parametrize("value", [None, nan, Decimal("nan"), "", " \t\n"])
def test_what_is_empty(value: object) -> None:
    assert labels.name_of(value) is None


def test_a_script_without_spaces_is_told(read: Callable[..., Dataset]) -> None:
    """It is trained all the same: somebody may have parted the words."""
    clauses = read([("很好的产品我会再买", 1), ("非常不满意", 0)])
    parted = read([("很 好 的 产品", 1), ("非常 不 满意", 0)])

    assert report.summary(clauses, None)["words"].startswith("100 % letters of a script without spaces (Chinese,")
    assert "words" not in report.summary(parted, None)
