"""One HTTP request, whichever source it came from, and the ways sources write one down.

Left out: which field of an event holds what, which each door knows of its own source.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..problems import Reply

_HOP_BY_HOP = "connection"


class MalformedEvent(Exception):
    """An event of a source we know is not as that source sends it; the message names the field."""


class HttpRequest(NamedTuple):
    """A request as HTTP means it."""

    method: str
    path: str
    """Below `prefix`, without a slash at its end."""
    prefix: str
    """What the source puts before every path, such as a stage; empty or with a slash in front."""
    query: str
    headers: dict[bytes, bytes]
    """By name in lower case; repeated ones joined."""
    body: bytes


def field(event: Mapping[str, Any], name: str, kind: type) -> Any:
    """A field that every event of the source has.

    Raises: MalformedEvent when it is missing or of another type.
    """
    value = event.get(name) if isinstance(event, Mapping) else None
    if not isinstance(value, kind):
        raise MalformedEvent(f"{name}: expected {kind.__name__}, found {type(value).__name__}")
    return value


def headers(single: Any, multi: Any = None) -> dict[bytes, bytes]:
    """Headers given once each, or as lists, or both; the lists count.

    >>> headers({"Host": "a"}, {"Accept": ["b", "c"]})
    {b'host': b'a', b'accept': b'b, c'}
    """
    found: dict[bytes, bytes] = {}
    for given in (single, multi):
        for name, value in given.items() if isinstance(given, Mapping) else ():
            key = name.lower()
            comma = "; " if key == "cookie" else ", "
            joined = comma.join(map(str, value)) if isinstance(value, list) else str(value)
            found[key.encode("utf-8", "replace")] = joined.encode("utf-8", "replace")
    return found


def query(given: Any, *, encoded: bool = False) -> str:
    """Parameters, each with a value or a list of them, as a query string; `encoded` as the client encoded them.

    Raises: MalformedEvent when they are no parameters.

    >>> query({"a": ["1", "2"], "b": "c d"}), query({"b": "c%20d"}, encoded=True)
    ('a=1&a=2&b=c+d', 'b=c+d')
    """
    if not isinstance(given or {}, Mapping):
        raise MalformedEvent(f"query parameters: expected dict, found {type(given).__name__}")
    if not given:
        return ""
    from urllib.parse import unquote_plus, urlencode  # 2 ms at a cold start, which most requests need not wait for

    pairs = [
        (str(name), str(value))
        for name, values in given.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    try:
        return urlencode([(unquote_plus(n), unquote_plus(v)) for n, v in pairs] if encoded else pairs)
    except UnicodeEncodeError as error:
        raise MalformedEvent("query parameters: expected UTF-8") from error


def body(event: Mapping[str, Any], *, flag: str = "isBase64Encoded") -> bytes:
    """The bytes of an event's body, base64 where `flag` says so; none when it has none.

    Raises: MalformedEvent when it is marked as base64 and is not, or is no text.
    """
    text = event.get("body")
    if text is None:
        return b""
    if not isinstance(text, str):
        raise MalformedEvent(f"body: expected str, found {type(text).__name__}")
    try:
        return b64decode(text, validate=True) if event.get(flag) else text.encode()
    except ValueError as error:  # binascii.Error and UnicodeEncodeError
        raise MalformedEvent(f"body: expected {'base64' if event.get(flag) else 'UTF-8'}") from error


def decoded(path: str) -> str:
    """A path without percent-encoding; urllib is imported for one that has any.

    >>> decoded("/a%20b")
    '/a b'
    """
    if "%" not in path:
        return path
    from urllib.parse import unquote

    return unquote(path)


def clean(path: str) -> str:
    """A path without the slashes at its end.

    >>> clean("/predict/"), clean("/"), clean("")
    ('/predict', '/', '/')
    """
    return path.rstrip("/") or "/"


def below(path: str, prefix: str) -> tuple[str, str]:
    """A path and its prefix apart, where it has that prefix.

    >>> below("/prod/predict", "/prod"), below("/production", "/prod")
    (('/predict', '/prod'), ('/production', ''))
    """
    if prefix and (path == prefix or path.startswith(f"{prefix}/")):
        return clean(path[len(prefix) :]), prefix
    return clean(path), ""


def readable(request: HttpRequest) -> HttpRequest:
    """The same request, of which method, path and query can be written as UTF-8.

    Raises: MalformedEvent when one holds half of a surrogate pair.
    """
    try:
        f"{request.method}{request.path}{request.prefix}{request.query}".encode()
    except UnicodeEncodeError as error:
        raise MalformedEvent("method, path or query: expected UTF-8") from error
    return request


def written(reply: Reply) -> tuple[str, bool]:
    """A reply's body as JSON can hold it, and whether that is base64."""
    try:
        return reply.body.decode(), False
    except UnicodeDecodeError:
        return b64encode(reply.body).decode(), True


def by_name(reply: Reply) -> dict[str, list[str]]:
    """A reply's headers with all values of each, names in lower case; the connection is the source's own affair."""
    found: dict[str, list[str]] = {}
    for name, value in reply.headers:
        found.setdefault(name.lower(), []).append(value)
    found.pop(_HOP_BY_HOP, None)
    if reply.status not in (204, 304):
        found["content-type"] = [reply.content_type]
    return found


def single(named: dict[str, list[str]]) -> dict[str, str]:
    """One value a name; of a cookie's many, each under a name of its own case, which HTTP takes as the same.

    >>> single({"set-cookie": ["a=1", "b=2"], "vary": ["Origin", "Accept"]})
    {'set-cookie': 'a=1', 'Set-cookie': 'b=2', 'vary': 'Origin,Accept'}
    """
    found = {}
    for name, values in named.items():
        if name != "set-cookie":
            found[name] = ",".join(values)
            continue
        for number, value in enumerate(values):
            found[_variant(name, number)] = value
    return found


def _variant(name: str, number: int) -> str:
    """The name with the letters in upper case whose bits are set in `number`."""
    letters = iter(range(len(name)))
    return "".join(c.upper() if c.isalpha() and number >> next(letters) & 1 else c for c in name)
