"""Values that came as JSON: each is of the kind that is expected, or an error tells its place and never the value.

Left out: what they mean (`outputs`, `output_rows`).
"""

import json
from collections.abc import Mapping
from types import UnionType
from typing import Any, get_args, get_origin

from .errors import SourceError


def fields(content: bytes, place: str) -> dict[str, Any]:
    """An object of JSON. Raises: SourceError."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:  # its message quotes what was read
        raise SourceError(place, "an object of JSON in UTF-8", "something else") from error
    return dict(of_kind(found, dict, "an object of JSON", place))


def record(kind: Any, given: Any, place: str) -> Any:
    """A NamedTuple of `kind` from an object with its fields. Raises: SourceError."""
    of_kind(given, dict, "an object", place)
    unknown = sorted(given.keys() - set(kind._fields))
    missing = [name for name in kind._fields if name not in given and name not in kind._field_defaults]
    if unknown or missing:
        found = f"none of {', '.join(missing)}" if missing else f"{len(unknown)} that are not known"
        raise SourceError(place, f"the fields {', '.join(kind._fields)}", found)
    for name, value in given.items():
        if not isinstance(value, _plain(kind.__annotations__[name])):
            raise SourceError(f"{place}, {name}", str(kind.__annotations__[name]), type(value).__name__)
    return kind(**given)


def identity(value: Any, place: str) -> str:
    """A text, or a whole number as one. Raises: SourceError."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise SourceError(place, "a text or a whole number", type(value).__name__)
    return str(value)


def number(value: Any, place: str) -> float:
    """Raises: SourceError."""
    if isinstance(value, bool) or not isinstance(value, float | int):
        raise SourceError(place, "a number", type(value).__name__)
    return float(value)


def of_kind(value: Any, kind: type, told: str, place: str) -> Any:
    """The value itself; true and false are no numbers. Raises: SourceError."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise SourceError(place, told, type(value).__name__)
    return value


def _plain(annotation: Any) -> tuple[type, ...]:
    """The types of Python that JSON gives for a field's values."""
    if isinstance(annotation, UnionType):
        return tuple(kind for one in get_args(annotation) for kind in _plain(one))
    kind = get_origin(annotation) or annotation
    return {float: (float, int), tuple: (list,), Mapping: (dict,)}.get(kind, (kind,))
