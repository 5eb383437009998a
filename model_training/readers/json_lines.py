"""Files of JSON objects, one a line; a key that a line lacks is an empty value there.

Left out: JSON arrays, and values below the first level.
"""

import json
from typing import Any

from ..errors import DataError
from .record import Record, Records, check_columns


def read(path: str, content: str, text: str, label: str) -> Records:
    """The records of the keys `text` and `label`.

    Raises: DataError, naming the line, by the first that is no object; when no line has one of the keys.
    """
    lines = [(number, line) for number, line in enumerate(content.split("\n"), 1)]  # not U+2028, which JSON may hold
    objects = [(number, _object(path, number, line)) for number, line in lines if line.strip()]
    names = dict.fromkeys(name for _, one in objects for name in one)
    check_columns(path, (text, label), list(names))
    records = [Record(number, one.get(text), one.get(label)) for number, one in objects]
    blank = len(lines) - len(objects) - (not lines[-1][1])
    return Records("JSON lines", "line", blank, records)


def _object(path: str, number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        why = f"{error.msg.lower()} at column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise DataError(path, number, "a JSON object", f"no JSON: {why}", unit="line") from error
    if not isinstance(value, dict):
        raise DataError(path, number, "a JSON object", repr(value)[:40], unit="line")
    return value
