"""Verbs of motion with what they move."""

from __future__ import annotations

import pytest

from textmodel.finance.motion import motions
from textmodel.finance.rule import read


def found(text: str) -> list[str]:
    """The motions of a text without their verbs' own terms."""
    items = read(text).items
    marks = [at for at, item in enumerate(items) if item.is_marked]
    return [c.term for c in motions(items, marks) if not c.term.startswith("moves")]


UP, DOWN = "good motion", "bad motion"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sales rose", ["up:sales", UP]),
        ("Sales fell", ["down:sales", DOWN]),
        ("Net loss narrowed", ["down:loss", UP]),
        ("Net loss widened", ["up:loss", DOWN]),
        ("Costs rose", ["up:cost", DOWN]),
        ("Unemployment fell", ["down:cost", UP]),
        ("The company cut its debt", ["down>cost", UP]),
        ("It raised its guidance", ["up>outlook", UP]),
        ("It lowered its dividend", ["down>profit", DOWN]),
        ("a decrease in net loss", ["down>loss", UP]),
        ("an increase in the staff", ["up>jobs", UP]),
        ("Shares slid", ["down:price", DOWN]),
        ("Its market share fell", ["down:sales", DOWN]),
        ("Earnings per share rose", ["up:profit", UP]),
        ("a rise per share", ["up:nothing"]),
        ("Costs rose, profit fell", ["up:cost", DOWN, "down:profit", DOWN]),
        ("Profit rose and costs fell", ["up:profit", UP, "up>cost", DOWN, "down:cost", UP]),
        ("Profit, rose", ["up:nothing"]),
        ("rose", ["up:nothing"]),
        ("Profit did not rise", ["not up:profit", DOWN]),
        ("Costs didn't rise", ["not up:cost", UP]),
        ("Sales have never been higher", ["not up:sales", DOWN]),
        ("Not now: sales rose", ["up:sales", UP]),  # a clause ends what is negated
        ("Nokia's profit rose", ["up:profit", UP]),
        ("Nokia 's profit rose", ["up:profit", UP]),
        ("The profit of the group in the first quarter of 2009 rose", ["up:profit", UP]),
        ("Profit " + "and so " * 6 + "rose", ["up:nothing"]),  # too far away
        ("The company declined to comment on profit", []),
        ("Profit declined to EUR 5 mn", ["down:profit", DOWN]),
        ("Profit declined to about EUR 5 mn", ["down:profit", DOWN]),
        ("Profit declined to", ["down:profit", DOWN]),
        ("Profit", []),
        ("", []),
    ],
)
def test_motions(text: str, expected: list[str]):
    """What moved where, and whether an investor likes it; no verb reaches across the end of a clause."""
    assert found(text) == expected


@pytest.mark.parametrize(("text", "term"), [("It rose", "moves up"), ("It has not fallen", "moves not down")])
def test_verbs_by_themselves(text: str, term: str):
    """A verb of motion is a term also where nothing is said to move."""
    assert term in [c.term for c in read(text).compounds]
