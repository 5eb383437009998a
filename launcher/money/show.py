"""Quotes and receipts as lines for a person, and as values for JSON.

Left out: printing (`commands`).
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from .prices import Span
from .quote import Quote
from .receipt import Receipt

_WIDTH = 12


def dollars(amount: float) -> str:
    """An amount as it is read: to the cent, or to its first figures where it is less.

    >>> dollars(12.345), dollars(0.5), dollars(0.00314), dollars(0.000001), dollars(0)
    ('$12.35', '$0.50', '$0.0031', '<$0.0001', '$0.00')
    """
    if 0 < amount < 0.0001:
        return "<$0.0001"
    return f"${amount:.4f}" if 0 < amount < 0.1 else f"${amount + 1e-9:.2f}"


def quote_lines(quote: Quote) -> Iterator[str]:
    """A table: an item a line, low, likely, high and how; then the sum, and of which day the prices are."""
    yield f"{'':{_WIDTH}}{'low':>10}{'likely':>10}{'high':>10}"
    for item in quote.items:
        yield f"{item.what:{_WIDTH}}{_amounts(item.dollars)}  {item.how}"
    if quote.ratio != 1.0:
        learnt = f"{'learnt':{_WIDTH}}{'':10}{f'x {quote.ratio:.2f}':>10}{'':10}"
        yield f"{learnt}  what earlier runs cost for each dollar quoted"
    yield f"{'in all':{_WIDTH}}{_amounts(Span(quote.low, quote.likely, quote.high))}"
    yield f"Prices of {quote.region}, {quote.read} ({_SOURCES[quote.source]}), without taxes and discounts."


_SOURCES = {"file": "the list that comes along", "live": "asked of AWS now", "cache": "asked of AWS that day"}


def receipt_lines(receipt: Receipt, quote: Quote | None = None) -> Iterator[str]:
    """A line for each thing paid, the sum, and how it compares with the quote."""
    for line in receipt.lines:
        yield f"{line.what:{_WIDTH}}{dollars(line.dollars):>10}  {line.how}"
    yield f"{'in all':{_WIDTH}}{dollars(receipt.dollars):>10}  {_compared(receipt, quote)}".rstrip()


def _compared(receipt: Receipt, quote: Quote | None) -> str:
    if quote is None or not quote.likely:
        return ""
    share = receipt.dollars / quote.likely - 1
    how = "as quoted" if abs(share) < 0.005 else f"{abs(share):.0%} {'more' if share > 0 else 'less'} than quoted"
    return f"{how} ({dollars(quote.low)} to {dollars(quote.high)}, likely {dollars(quote.likely)})"


def _amounts(span: Span) -> str:
    return "".join(f"{dollars(amount):>10}" for amount in span)


def plain(value: Quote | Receipt) -> dict[str, Any]:
    """For JSON: every field, tables of low, likely and high by name, and a receipt's sum."""
    found = asdict(value)
    if isinstance(value, Receipt):
        return {**found, "dollars": value.dollars}
    items = [{"what": i.what, **i.dollars._asdict(), "how": i.how} for i in value.items]
    return {**found, "items": items, "minutes": value.minutes._asdict()}
