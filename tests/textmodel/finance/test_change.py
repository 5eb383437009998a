"""Compared amounts as sentences of financial news tell them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmodel.finance.change import changes
from textmodel.finance.rule import read


def found(text: str) -> list[str]:
    """The terms of compared amounts, without how large the change is."""
    return [c.term for c in changes(read(text).items) if not c.term.endswith((", small", ", medium", ", large"))]


UP, DOWN = "good change", "bad change"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # to .. from
        ("Operating profit rose to EUR 13.1 mn from EUR 8.7 mn", ["change:up:profit", UP]),
        ("Operating profit fell to EUR 8.7 mn from EUR 13.1 mn", ["change:down:profit", DOWN]),
        ("Profit went to EUR 13 .1 mn from EUR 8 .7 mn", ["change:up:profit", UP]),
        ("Sales went to EUR 5,1 mn from EUR 7,0 mn", ["change:down:sales", DOWN]),
        # from .. to
        ("Sales went from EUR 8.7 mn to EUR 13.1 mn", ["change:up:sales", UP]),
        ("Sales went from EUR 13.1 mn in 2008 to EUR 8.7 mn in 2009", ["change:down:sales", DOWN]),
        ("Costs went from EUR 5 mn to EUR 7 mn", ["change:up:cost", DOWN]),
        ("Debt went from EUR 7 bn to EUR 5 bn", ["change:down:cost", UP]),
        # compared with, versus, against, than
        ("Sales of EUR 5.1 mn, compared with EUR 7.0 mn", ["change:down:sales", DOWN]),
        ("Sales of EUR 7.0 mn compared to EUR 5.1 mn", ["change:up:sales", UP]),
        ("Earnings were EUR 5 mn versus EUR 4 mn", ["change:up:profit", UP]),
        ("Earnings were EUR 5 mn vs EUR 6 mn", ["change:down:profit", DOWN]),
        ("Orders worth EUR 5 mn against EUR 6 mn", ["change:down:sales", DOWN]),
        ("In comparison to EUR 6 mn", []),
        # a clause of its own
        ("Sales were EUR 7 mn, while they were EUR 5 mn a year earlier", ["change:up:sales", UP]),
        ("Sales were EUR 5 mn, whereas they were EUR 7 mn a year ago", ["change:down:sales", DOWN]),
        ("Sales totalled EUR 7 mn; the previous year EUR 5 mn", ["change:up:sales", UP]),
        # brackets
        ("Net sales were EUR 13.1 mn (EUR 8.7 mn)", ["change:up:sales", UP]),
        ("Net sales were EUR 13.1 mn (8.7)", ["change:up:sales", UP]),
        ("Net sales were EUR 13.1 mn (USD 18.7 mn)", []),
        ("Net sales were EUR 13.1 mn (USD 18.7 mn), from EUR 8.7 mn (USD 12 mn)", ["change:up:sales", UP]),
        # a unit that is missing
        ("Sales of EUR 5.1 mn, compared to 7.0", ["change:down:sales", DOWN]),
        ("Sales of EUR 7,100,000 against EUR 5 mn", ["change:up:sales", UP]),
        ("Sales of EUR 1.2 bn, compared with 950 mn", ["change:up:sales", UP]),
        ("Sales of Rs 5 crore from Rs 60 lakh", ["change:up:sales", UP]),
        ("Sales of US $ 5 mn from US $ 4 mn", ["change:up:sales", UP]),
        # percent, shares, counts
        ("The operating margin was 5 % against 4 %", ["change:up:profit", UP]),
        ("Unemployment fell to 8.1 per cent from 8.4 per cent", ["change:down:cost", UP]),
        ("Its market share fell to 29 % from 32 %", ["change:down:sales", DOWN]),
        ("Earnings per share were EUR 0.38 from EUR 0.41", ["change:down:profit", DOWN]),
        ("EPS rose to EUR1 .37 from EUR2 .30", ["change:down:profit", DOWN]),
        ("Sales growth was -5 % against -3 %", ["change:down:sales", DOWN]),
        ("Headcount of 1,200 compared with 1,500", ["change:down:jobs", DOWN]),
        ("Sales of EUR 5 mn from EUR 5 mn", ["change:same:sales", "some change"]),
        ("A temperature of 5 % from 4 %", ["change:up:nothing", "some change"]),
        # how much is not what it was
        ("Sales rose by EUR 3.5 mn to EUR 10 mn from EUR 6.5 mn", ["change:up:sales", UP]),
        ("Sales rose EUR 3.5 mn to EUR 10 mn from EUR 6.5 mn", ["change:up:sales", UP]),
        ("Sales rose by EUR 3.5 mn to EUR 10 mn", []),
        ("Sales rose 5 % to EUR 10 mn from EUR 9.5 mn", ["change:up:sales", UP]),
        # what stands beside it
        ("Profit was EUR 2 mn and sales rose to EUR 10 mn from EUR 9 mn", ["change:up:sales", UP]),
        (
            "Sales rose to EUR 10 mn from EUR 9 mn and profit fell to EUR 1 mn from EUR 2 mn",
            ["change:up:sales", UP, "change:down:profit", DOWN],
        ),
        # no comparison
        ("Sales of EUR 5 mn and profit of EUR 1 mn", []),
        ("Sales of EUR 5-7 mn", []),
        ("from January 1 to March 31, 2009", []),
        ("from 2008 to 2009", []),
        ("Sales in 2006 EUR 12.5 mn", []),
        ("Sales of EUR 5 mn from 4 %", []),
        ("Sales of EUR 5 mn", []),
        ("", []),
    ],
)
def test_comparisons(text: str, expected: list[str]):
    """Which of two amounts is new, what it measures, and whether an investor likes it."""
    assert found(text) == expected


LESS, MORE = "swing:loss<profit", "swing:profit<loss"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A loss of EUR 2 mn against a profit of EUR 1 mn", [LESS, "change:down:result", DOWN]),
        ("A profit of EUR 1 mn against a loss of EUR 2 mn", [MORE, "change:up:result", UP]),
        ("A net loss of EUR 2 mn, compared with a net profit of EUR 1 mn", [LESS, "change:down:result", DOWN]),
        ("EUR 1 mn profit compared with EUR 2 mn loss", [MORE, "change:up:result", UP]),
        ("EUR 2 mn loss compared with EUR 1 mn profit", [LESS, "change:down:result", DOWN]),
        ("It went from a loss of EUR 2 mn to a profit of EUR 1 mn", [MORE, "change:up:result", UP]),
        ("It went from a profit of EUR 1 mn to a loss of EUR 2 mn", [LESS, "change:down:result", DOWN]),
        ("A loss of EUR 2 mn turned into a profit of EUR 1 mn", [MORE, "change:up:result", UP]),
        ("Profit of EUR 1 mn turned to a loss of EUR 2 mn", [LESS, "change:down:result", DOWN]),
        ("It slipped to a net loss of EUR 115,000 from a profit of EUR 845,000", [LESS, "change:down:result", DOWN]),
        ("Net loss narrowed to EUR 2 mn from EUR 3 mn", ["change:up:result", UP]),
        ("Net loss widened to EUR 3 mn from EUR 2 mn", ["change:down:result", DOWN]),
        ("The result was EUR -3 mn, from EUR 2 mn", ["change:down:profit", DOWN]),
        ("EUR 3 mn profit against EUR 2 mn", ["change:up:profit", UP]),
    ],
)
def test_profit_and_loss(text: str, expected: list[str]):
    """A loss counts as a negative result, whichever is told first and however it is called."""
    assert found(text) == expected


@pytest.mark.parametrize(
    ("old", "new", "size"),
    [(100, 104, "small"), (100, 106, "medium"), (100, 129, "medium"), (100, 131, "large"), (100, 50, "large")],
)
def test_size(old: int, new: int, size: str):
    """Below 5 % is small, from 30 % is large."""
    terms = [c.term for c in changes(read(f"Sales rose to EUR {new} mn from EUR {old} mn").items)]
    assert terms[-1].endswith(f"change, {size}")


@given(st.integers(1, 999), st.integers(1, 999), st.sampled_from(["profit", "sales", "costs", "net loss"]))
def test_both_orders_say_the_same(new: int, old: int, what: str):
    """ "To new from old" and "from old to new" give the same terms, and the turned sentence the opposite."""
    one, other = f"{what} EUR {new} mn from EUR {old} mn", f"{what} from EUR {old} mn to EUR {new} mn"
    assert found(one) == found(other)
    opposite = {"up": "down", "down": "up", "same": "same"}
    direction = found(one)[0].split(":")[1]
    assert found(f"{what} EUR {old} mn from EUR {new} mn")[0].split(":")[1] == opposite[direction]


class Counted(list):  # type: ignore[type-arg]
    """A list that counts what is taken from it."""

    taken = 0

    def __getitem__(self, at: object) -> object:
        got = super().__getitem__(at)  # type: ignore[index]
        self.taken += len(got) if isinstance(at, slice) else 1
        return got

    def __iter__(self) -> Iterator[object]:
        self.taken += len(self)
        return super().__iter__()


@pytest.mark.parametrize(
    "run", ["1 ", "from 1 to ", "EUR 1 mn (", "1 from ", "5 % , ", "profit 1 ", "1 profit 2 loss "]
)
def test_what_is_looked_at_is_in_proportion(run: str):
    """Ten times as many items are at most 1.3 * 10 times as many looks at an item."""
    looks = []
    for times in (200, 2000):
        items = Counted(read(run * times).items)
        assert sum(1 for _ in changes(items)) >= 0
        looks.append(items.taken)
    assert looks[1] <= 13 * looks[0]
