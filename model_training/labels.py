"""Values of a label column to labels: whole numbers as such, everything else as it stands; and their order.

    4, 4.0, "4.0" beside "5"     4        a number of the column's file format, or texts that are all numbers
    4.5, True, "Über uns "       4.5, true, Über uns
    None, NaN, "", "  "          no label

Numbers are in numeric order, anything else alphabetical, small and capital letters together.
Left out: which rows are used (`table`).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import isfinite, isnan

MOST = 200
LONGEST = 100
_number = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII).fullmatch
_whole = re.compile(r"\.0+$").sub


def name_of(value: object) -> str | None:
    """A value of a label column as text; None where it is empty.

    Raises: ValueError, saying what was expected and found, for what is no label.

    >>> name_of(" refund "), name_of(4.0), name_of(True), name_of(float("nan")), name_of("")
    ('refund', '4', 'true', None, None)
    """
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case float() | Decimal() if isnan(value):
            return None
        case float() | Decimal() if isfinite(value):
            return str(int(value)) if value == int(value) else str(value)
        case int() if abs(value) < 1 << 63:
            return str(value)
        case str():
            return _checked(value.strip()) or None
    raise ValueError("a text, a number, true or false", repr(value)[:40])


def _checked(name: str) -> str:
    if len(name) > LONGEST:
        found = f"{len(name):,}, {name[:30]!r} ...; is this the column of the texts?"
        raise ValueError(f"a label of at most {LONGEST} characters", found)
    for letter in name:
        if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp"):
            raise ValueError("a label on one line, without control characters", f"{letter!r} in {name[:40]!r}")
    return name


def settled(names: Iterable[str]) -> Mapping[str, str]:
    """Each name as it is used: where all are numbers, 4.0 is 4.

    >>> settled(["1.0", "2", "4.5"]), settled(["1.0", "007"])
    ({'1.0': '1', '2': '2', '4.5': '4.5'}, {'1.0': '1.0', '007': '007'})
    """
    names = list(names)
    numbers = all(_number(name) for name in names)
    return {name: _whole("", name) if numbers else name for name in names}


def ordered(names: Iterable[str]) -> tuple[str, ...]:
    """Different labels in the order of their probabilities.

    >>> ordered(["10", "9", "-1"]), ordered(["b", "A", "a"])
    (('-1', '9', '10'), ('A', 'a', 'b'))
    """
    names = list(names)
    if all(_number(name) for name in names):
        return tuple(sorted(names, key=lambda name: (float(name), name)))
    return tuple(sorted(names, key=lambda name: (name.casefold(), name)))
