"""What a command line of this room may hold: counts, numbers, shares, durations; a wrong one ends it with a line.

Left out: the options themselves.
"""

import argparse
import math
from collections.abc import Callable

from .durations import Durations, DurationsError


def durations(text: str) -> Durations:
    """A number of milliseconds, quantiles of a lognormal, or a column of a CSV file."""
    try:
        return Durations.read(text)
    except DurationsError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def count(text: str) -> int:
    """A whole number from 1."""
    return _whole(text, 1)


def counts(text: str) -> tuple[int, ...]:
    """Whole numbers from 1, with commas between."""
    return tuple(count(part.strip()) for part in text.split(","))


def number(text: str) -> int:
    """A whole number from 0."""
    return _whole(text, 0)


def positive(text: str) -> float:
    """A number above 0."""
    return _checked(text, "a number above 0", lambda value: 0 < value < math.inf)


def not_negative(text: str) -> float:
    """A number from 0."""
    return _checked(text, "a number from 0", lambda value: 0 <= value < math.inf)


def share(text: str) -> float:
    """A share above 0, up to 1."""
    return _checked(text, "a share above 0 and up to 1, as 0.99", lambda value: 0 < value <= 1)


def share_below_1(text: str) -> float:
    """A share between 0 and 1."""
    return _checked(text, "a share above 0 and below 1, as 0.99", lambda value: 0 < value < 1)


def _whole(text: str, least: int) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < least:
        raise argparse.ArgumentTypeError(f"expected a whole number from {least}, found {text!r}")
    return int(text)


def _checked(text: str, expected: str, fits: Callable[[float], bool]) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not fits(value):
        raise argparse.ArgumentTypeError(f"expected {expected}, found {text!r}")
    return value
