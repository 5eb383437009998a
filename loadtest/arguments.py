"""What a command line of this room may hold: counts, numbers, durations; a wrong one ends it with a line that says so.

Left out: the options themselves.
"""

import argparse
import math

from .durations import Durations, DurationsError


def durations(text: str) -> Durations:
    try:
        return Durations.read(text)
    except DurationsError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no count of 1 or more")
    return int(text)


def positive(text: str) -> float:
    if not not_negative(text) > 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not above 0")
    return float(text)


def not_negative(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 0 or more")
    return value
