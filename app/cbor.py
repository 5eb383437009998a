"""CBOR (RFC 8949) as AWS's RPC protocol has it: numbers, texts, bytes, lists, maps by text, true, false, null.

    {"a": [1, "b"]}   <->   a1 61 61 82 01 61 62

Floating-point numbers are written in 32 bits, as that protocol's `float` is. Left out: what tags mean; the
item under a tag is read as it stands.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence

MAX_DEPTH = 32
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG, _SIMPLE = range(8)
_OPEN = 31
"""The length of an item that goes on until a break."""
_BREAK = 0xFF
_WORD_BYTES = {24: 1, 25: 2, 26: 4, 27: 8}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_CONSTANTS = {20: False, 21: True, 22: None, 23: None}


class NotCbor(ValueError):
    """Bytes that are no CBOR item, or one of a kind that is not read here."""


def load(data: bytes) -> object:
    """The one item that `data` is.

    Raises: NotCbor, which names the byte.

    >>> load(bytes.fromhex("a1616182016162"))
    {'a': [1, 'b']}
    """
    reader = _Reader(data)
    value = reader.item(0)
    if reader.at < len(data):
        raise NotCbor(f"more follows the item, from byte {reader.at}")
    return value


def dump(value: object) -> bytes:
    """The bytes of a value of this module's types; lengths first, never open.

    >>> dump({"a": [1, "b"]}).hex(" ")
    'a1 61 61 82 01 61 62'
    """
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
        case float():
            return struct.pack(">Bf", _SIMPLE << 5 | 26, value)
        case str():
            raw = value.encode()
            return _head(_TEXT, len(raw)) + raw
        case bytes():
            return _head(_BYTES, len(value)) + value
        case Mapping():
            return _head(_MAP, len(value)) + b"".join(dump(key) + dump(item) for key, item in value.items())
        case Sequence():
            return _head(_LIST, len(value)) + b"".join(map(dump, value))
    raise TypeError(type(value).__name__)


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    info, size = next((info, size) for info, size in _WORD_BYTES.items() if argument < 1 << 8 * size)
    return bytes([major << 5 | info]) + argument.to_bytes(size, "big")


class _Reader:
    """A place in the bytes, which goes on with each item."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def item(self, depth: int) -> object:
        """The next item, `depth` lists and maps deep."""
        if depth > MAX_DEPTH:
            raise NotCbor(f"nested deeper than {MAX_DEPTH} at byte {self.at}")
        begun = self.at
        head = self._take(1)[0]
        major, info = head >> 5, head & 31
        match major:
            case 0:
                return self._argument(info, begun)
            case 1:
                return -1 - self._argument(info, begun)
            case 2:
                return self._string(_BYTES, info, begun)
            case 3:
                return self._text(info, begun)
            case 4:
                return [self.item(depth + 1) for _ in self._steps(info, begun)]
            case 5:
                return {self._key(depth): self.item(depth + 1) for _ in self._steps(info, begun)}
            case 6:
                self._argument(info, begun)
                return self.item(depth + 1)
        return self._simple(info, begun)

    def _take(self, size: int) -> bytes:
        if size > len(self._data) - self.at:
            raise NotCbor(f"it ends at byte {len(self._data)}, within an item")
        self.at += size
        return self._data[self.at - size : self.at]

    def _argument(self, info: int, begun: int) -> int:
        if info < 24:
            return info
        if info not in _WORD_BYTES:
            raise NotCbor(f"a length that is none at byte {begun}")
        return int.from_bytes(self._take(_WORD_BYTES[info]), "big")

    def _steps(self, info: int, begun: int) -> Iterator[None]:
        """One for each item of a list or a map."""
        if info != _OPEN:
            yield from (None for _ in range(self._argument(info, begun)))
            return
        while not self._broken():
            yield None

    def _broken(self) -> bool:
        if self._data[self.at : self.at + 1] != bytes([_BREAK]):
            return False
        self.at += 1
        return True

    def _string(self, major: int, info: int, begun: int) -> bytes:
        if info != _OPEN:
            return self._take(self._argument(info, begun))
        return b"".join(self._chunk(major) for _ in self._steps(_OPEN, begun))

    def _chunk(self, major: int) -> bytes:
        begun = self.at
        head = self._take(1)[0]
        if head >> 5 != major or head & 31 == _OPEN:
            raise NotCbor(f"a string of other parts at byte {begun}")
        return self._take(self._argument(head & 31, begun))

    def _text(self, info: int, begun: int) -> str:
        try:
            return self._string(_TEXT, info, begun).decode()
        except UnicodeDecodeError as error:
            raise NotCbor(f"a text that is not UTF-8 at byte {begun}") from error

    def _key(self, depth: int) -> str:
        begun = self.at
        key = self.item(depth + 1)
        if not isinstance(key, str):
            raise NotCbor(f"a key that is no text at byte {begun}")
        return key

    def _simple(self, info: int, begun: int) -> object:
        if info in _CONSTANTS:
            return _CONSTANTS[info]
        if info in _FLOATS:
            number: float = struct.unpack(_FLOATS[info], self._take(_WORD_BYTES[info]))[0]
            return number
        raise NotCbor(f"a simple value that is none at byte {begun}")
