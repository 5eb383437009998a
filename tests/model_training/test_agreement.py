"""The list of sentences on which all annotators agree: matched through its own damage, never required."""

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


def test_sentences_are_matched_through_damaged_letters(tmp_path: Path) -> None:
    """The list has "+ñ" where the data has "+Æ"; a line without a label is counted and skipped."""
    content = "J+ñrvinen 's profit rose .@up\n1\nNot in the data .@up\nIt fell .@down\n"
    (tmp_path / agreement.FILE).write_bytes(content.encode("latin-1"))

    found = agreement.read(str(tmp_path / "all-data.csv"), TEXTS, LABELS)

    assert found is not None
    assert found.agreed == (True, True, False)
    assert (found.lines, found.unreadable) == (4, 1)


def test_another_label_is_no_agreement(tmp_path: Path) -> None:
    (tmp_path / agreement.FILE).write_text("It fell .@up\nIt rose .@up\n")

    found = agreement.read(str(tmp_path / "all-data.csv"), TEXTS, LABELS)

    assert found is not None
    assert found.agreed == (False, False, True)


def test_the_list_may_be_missing(tmp_path: Path) -> None:
    assert agreement.read(str(tmp_path / "all-data.csv"), TEXTS, LABELS) is None


def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / agreement.FILE).write_bytes(b"a@up\nb\0@up\n")

    with pytest.raises(DataError, match="row 2: expected text, found a NUL byte"):
        agreement.read(str(tmp_path / "all-data.csv"), TEXTS, LABELS)


@pytest.mark.data
def test_the_published_list() -> None:
    path = os.environ.get("UNDERTONE_DATA", "")
    if not os.path.isfile(os.path.join(os.path.dirname(path), agreement.FILE)):
        pytest.skip("no list of agreed sentences beside what UNDERTONE_DATA names")
    dataset = data.read(path, ("negative", "neutral", "positive"), data.Layout(), at_least=5)

    found = agreement.read(path, dataset.texts, [dataset.labels[n] for n in dataset.targets])

    assert found is not None
    assert (found.lines, found.unreadable, sum(found.agreed)) == (2048, 1, 2035)
