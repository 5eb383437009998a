"""Turns to profit or loss without amounts."""

from __future__ import annotations

import pytest

from textmodel.finance.rule import read
from textmodel.finance.turn import turns


def found(text: str) -> list[str]:
    items = read(text).items
    return [c.term for c in turns(items, [at for at, item in enumerate(items) if item.is_marked])]


GOOD, BAD = ["turn:profit", "good change"], ["turn:loss", "bad change"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It returned to profit", GOOD),
        ("It returned to an operating profit", GOOD),
        ("The unit is back in the black", GOOD),
        ("The unit swung to profit", GOOD),
        ("It turned back to profitability", GOOD),
        ("It swung to a net loss", BAD),
        ("It slipped into the red", BAD),
        ("The company fell to a loss", BAD),
        ("It went into loss", BAD),
        ("It sank to a pretax loss", BAD),
        ("It returned to Finland, profit", []),  # another clause
        ("It returned to EUR 5 mn profit", []),  # amounts are compared instead
        ("It turned a profit", []),
        ("It returned to the very old and big profit", []),  # too far
        ("return", []),
        ("", []),
    ],
)
def test_turns(text: str, expected: list[str]):
    """A verb of turning, its way and the nearest end within reach."""
    assert found(text) == expected
