"""The lists of the annotators' agreement: matched through their own damage, never required, used in part."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from model_training import agreement, data
from model_training.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["J+Ærvinen 's profit rose .", "It fell .", "It rose ."]
LABELS = ["up", "down", "up"]
ALL, THREE_QUARTERS, TWO_THIRDS, HALF = agreement.FILES.values()


def read(folder: Path) -> agreement.Agreement | None:
    return agreement.read(str(folder / "all-data.csv"), TEXTS, LABELS)


def test_sentences_are_matched_through_damaged_letters(tmp_path: Path) -> None:
    """The list has "+ñ" where the data has "+Æ"; a line without a label is counted and skipped."""
    content = "J+ñrvinen 's profit rose .@up\n1\nNot in the data .@up\nIt fell .@down\n"
    (tmp_path / ALL).write_bytes(content.encode("latin-1"))

    found = read(tmp_path)

    assert found is not None
    assert found.levels == (1.0, 1.0, None)
    assert (found.lists[0].lines, found.lists[0].unreadable) == (4, 1)


def test_a_sentence_has_the_level_of_the_highest_list_that_has_it(tmp_path: Path) -> None:
    """Each list holds those above it too, as the release's do."""
    (tmp_path / ALL).write_text("It fell .@down\n")
    (tmp_path / THREE_QUARTERS).write_text("It fell .@down\nIt rose .@up\n")
    (tmp_path / TWO_THIRDS).write_text("It fell .@down\nIt rose .@up\n")
    (tmp_path / HALF).write_text("It fell .@down\nIt rose .@up\nJ+ñrvinen 's profit rose .@up\n", encoding="latin-1")

    found = read(tmp_path)

    assert found is not None
    assert found.levels == (0.5, 1.0, 0.75)
    assert found.counts() == {1.0: 1, 0.75: 1, 0.5: 1}
    assert found.missing == ()


def test_lists_that_are_missing_are_named_and_done_without(tmp_path: Path) -> None:
    """With one list the others' sentences count as of that, the lowest there is, or as not known."""
    (tmp_path / TWO_THIRDS).write_text("It fell .@down\n")

    found = read(tmp_path)

    assert found is not None
    assert found.levels == (None, 0.66, None)
    assert found.missing == (ALL, THREE_QUARTERS, HALF)


def test_another_label_is_no_agreement(tmp_path: Path) -> None:
    (tmp_path / ALL).write_text("It fell .@up\nIt rose .@up\n")

    found = read(tmp_path)

    assert found is not None
    assert found.levels == (None, None, 1.0)


def test_all_lists_may_be_missing(tmp_path: Path) -> None:
    assert read(tmp_path) is None


@pytest.mark.parametrize("file", agreement.FILES.values())
def test_a_list_that_is_no_text_is_refused(tmp_path: Path, file: str) -> None:
    (tmp_path / file).write_bytes(b"a@up\nb\0@up\n")

    with pytest.raises(DataError, match="row 2: expected text, found a NUL byte"):
        read(tmp_path)


@pytest.mark.data
def test_the_published_lists() -> None:
    """Every used sentence is on a list with its label; counted once by hand with other tools."""
    path = os.environ.get("UNDERTONE_DATA", "")
    if not os.path.isfile(os.path.join(os.path.dirname(path), ALL)):
        pytest.skip("no lists of agreement beside what UNDERTONE_DATA names")
    dataset = data.read(path, ("negative", "neutral", "positive"), data.Layout(), at_least=5)

    found = agreement.read(path, dataset.texts, [dataset.labels[n] for n in dataset.targets])

    assert found is not None
    assert [(one.lines, one.unreadable) for one in found.lists] == [(2048, 1), (3105, 0), (3792, 0), (4374, 0)]
    assert found.counts() == {1.0: 2035, 0.75: 1056, 0.66: 681, 0.5: 580}
    assert None not in found.levels
