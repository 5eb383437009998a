"""A JSON object a line; a blank line is no row. https://jsonlines.org

Left out: JSON arrays, objects over several lines, and keys below the first level.
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ..columns import Chosen, choose
from ..errors import InputError
from ..records import ROW_BYTES, Columns
from .physical import Line, Text
from .row import Fields

HEAD_ROWS = 100
"""A key that is asked for must be in one of these; any later object may have others."""


class JsonLines:
    has_header = False
    line_bytes = ROW_BYTES

    def __init__(self, text: Text) -> None:
        self._text = text
        self._chosen = Chosen("text", None, None)

    def choose(self, path: str, asked: Columns) -> None:
        """Raises: InputError where the first objects have no such keys, or it is JSON of another layout."""
        lines = islice(self.rows(self._text.lines(self.line_bytes)), HEAD_ROWS)
        contents = [line[2] for line in lines]
        objects = [_object(content.decode(errors="replace")) for content in contents if isinstance(content, bytes)]
        if not any(isinstance(one, dict) for one in objects) and _is_of_many_lines(contents[:1]):
            raise InputError(path, "a JSON object a line", "other JSON: `jq -c '.[]'` makes lines of a list")
        names = list(dict.fromkeys(key for one in objects if isinstance(one, dict) for key in one))
        if names:
            self._chosen = choose(path, names, asked)
        elif asked.text:
            self._chosen = Chosen(asked.text, asked.id, asked.language)

    def rows(self, lines: Iterator[Line]) -> Iterator[Line]:
        """Those lines that are rows."""
        return (line for line in lines if not line[2].isspace())

    def fields(self, text: str) -> Fields | str:
        """A row's values, or why there are none."""
        found = _object(text.rstrip("\r\n"))  # else a line that is cut within a string is told as another mistake
        if isinstance(found, str):
            return found
        names = self._chosen
        language = found.get(names.language) if names.language else None
        return found.get(names.text), found.get(names.id) if names.id else None, language


def _is_of_many_lines(first: list[bytes | str]) -> bool:
    """Whether a file begins as a list, or as an object written over several lines, does.

    >>> _is_of_many_lines([b'[{"id": 1},']), _is_of_many_lines([b"{"]), _is_of_many_lines([b'{"text": "cut'])
    (True, True, False)
    """
    return any(isinstance(line, bytes) and (line[:1] == b"[" or line.strip() == b"{") for line in first)


def _object(text: str) -> dict[str, Any] | str:
    """The object, or why there is none.

    >>> _object("[1]"), _object('{"a": "b')
    ('JSON, but no object', 'no JSON: unterminated string starting at column 7')
    """
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        return f"no JSON: {error.msg[:1].lower()}{error.msg[1:].removesuffix(' at')} at column {error.colno}"
    except ValueError:
        return "JSON with a number of too many digits"
    except RecursionError:
        return "JSON with too many levels"
    return found if isinstance(found, dict) else "JSON, but no object"
