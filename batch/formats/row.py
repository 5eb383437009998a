"""What a row's values must be, the same for every format: a text that is none, an id, a language.

Left out: where the values come from (its siblings).
"""

from decimal import Decimal
from typing import Any

from ..normalise import storable
from ..records import ID_BYTES, ROW_BYTES, Bad, Record

Fields = tuple[Any, Any, Any]
"""The values of text, id and language as the format has them; None where there is none."""
TOO_LONG = f"longer than {ROW_BYTES:,} bytes"
_LANGUAGE_LETTERS = 35
"""RFC 5646, section 4.4.1: no tag in use is longer."""


def row(name: str, number: int, line: int, fields: Fields) -> Record | Bad:
    """A record, or the reason why it is none; a row without an id has its source's name and its line.

    >>> row("a.csv", 0, 2, ("Muy bueno", None, "es"))
    Record(number=0, line=2, review_id='a.csv:2', text='Muy bueno', language='es')
    """
    text, given, language = fields
    if type(text) is not str:
        return Bad(number, line, "the text is missing" if text is None else f"the text is {_kind(text)}")
    if not text or text.isspace():
        return Bad(number, line, "the text is empty")
    if 4 * len(text) > ROW_BYTES and len(text.encode(errors="surrogatepass")) > ROW_BYTES:
        return Bad(number, line, f"the text is {TOO_LONG}")
    review_id = _id(given)
    if review_id is None:
        return Bad(number, line, f"the id is {_kind(given)}")
    if len(review_id.encode()) > ID_BYTES:
        return Bad(number, line, f"the id is longer than {ID_BYTES:,} bytes")
    return Record(number, line, review_id or f"{name}:{line}", text, _language(language))


def _id(given: Any) -> str | None:
    """The id, "" where there is none, None where it is of no kind that names a review.

    >>> _id(" a7 "), _id(12), _id(12.0), _id(None), _id([1])
    ('a7', '12', '12', '', None)
    """
    match given:
        case str():
            return storable(given).strip()
        case None:
            return ""
        case bool():
            return None
        case int():
            return str(given)
        case float() if given != given:  # noqa: PLR0124  # pandas writes NaN where a number is missing
            return ""
        case float() if given.is_integer():
            return str(int(given))
        case Decimal() if given.is_finite() and given == int(given):
            return str(int(given))
        case _:
            return None


def _language(given: Any) -> str | None:
    if not isinstance(given, str):
        return None
    tag = storable(given).strip()
    return tag if 0 < len(tag) <= _LANGUAGE_LETTERS else None


def _kind(value: Any) -> str:
    """What a value is, without saying it.

    >>> _kind(1.5), _kind({})
    ('a number', 'an object')
    """
    match value:
        case bool():
            return "true or false"
        case int() | float() | Decimal():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "an object"
        case bytes():
            return "not in UTF-8"
        case _:
            return f"of type {type(value).__name__}"
