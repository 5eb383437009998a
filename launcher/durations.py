"""Times as people write them: "2h", "90m", "1h30m", "1d", "45s".

A bare number is no duration, since nobody knows of what. Left out: clocks and time zones.
"""

import re

from .errors import OptionsError

_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_PARTS = re.compile(r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?")


def parse_duration(text: str) -> int:
    """Seconds of a duration, at least 1.

    >>> parse_duration("2h"), parse_duration("1h30m"), parse_duration("0.5h"), parse_duration("45 s")
    (7200, 5400, 1800, 45)

    Raises: OptionsError.
    """
    packed = "".join(text.split()).lower()
    found = _PARTS.fullmatch(packed)
    if not packed or not found:
        raise OptionsError(f"{text!r} is no duration", 'write it like "2h", "90m" or "1h30m"')
    parts = zip(found.groups(), _SECONDS.values(), strict=True)
    seconds = round(sum(float(count) * size for count, size in parts if count))
    if seconds < 1:
        raise OptionsError(f"{text!r} is less than a second", 'write it like "2h", "90m" or "1h30m"')
    return seconds


def show_duration(seconds: float) -> str:
    """A duration as it is written, its two largest units; `parse_duration` reads it.

    >>> show_duration(5400), show_duration(90061), show_duration(59.6), show_duration(0)
    ('1h30m', '1d1h', '1m', '0s')
    """
    left, parts = round(seconds), []
    for unit, size in _SECONDS.items():
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts[:2]) or "0s"
