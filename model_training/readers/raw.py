"""The bytes of a data file, and its text: unpacked, decoded, without a byte-order mark.

Left out: what the text holds (`separated`, `json_lines`).
"""

import codecs
import gzip
import zlib

from ..errors import DataError, RequestError

UTF_8 = "utf-8"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_bytes(path: str) -> bytes:
    """The bytes of a file.

    Raises: DataError when it is missing, a directory or empty.
    """
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except OSError as error:
        raise DataError(path, None, "a readable file", (error.strerror or type(error).__name__).lower()) from error
    if not raw.strip():
        raise DataError(path, None, "labelled rows", "an empty file")
    return raw


def unpacked(path: str, raw: bytes) -> bytes:
    """What a `.gz` file holds.

    Raises: DataError when it is damaged.
    """
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(path, None, "a whole gzip file, as its name says", str(error).lower()) from error


def check_encoding(name: str) -> str:
    """The name as Python knows it.

    Raises: RequestError when it is no encoding of text.

    >>> check_encoding("Latin-1"), check_encoding("UTF8")
    ('iso8859-1', 'utf-8')
    """
    try:
        known = codecs.lookup(name)
        "".encode(name)  # which a codec from bytes to bytes refuses
    except (LookupError, ValueError) as error:  # of a name with a NUL
        raise RequestError("--encoding", "an encoding such as utf-8, cp1252 or utf-16", repr(name[:40])) from error
    return known.name


def decode(path: str, raw: bytes, encoding: str) -> str:
    """The text of a file.

    Raises: DataError, naming line and byte, where the bytes are of another encoding; the line of a NUL byte.
    """
    try:
        text = str(raw, encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = 1 + _line_ends(str(raw[: error.start], encoding, "replace"))
        expected = f"{encoding.upper()} ({error.reason})"
        raise DataError(path, line, expected, _found(raw, error.start), unit="line") from error
    if (at := text.find("\0")) >= 0:
        found = f"a NUL character (character {at + 1} of the file)"
        raise DataError(path, 1 + _line_ends(text[:at]), "text", found, unit="line")
    return text


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _found(raw: bytes, at: int) -> str:
    if raw.startswith(_UTF_16):
        return "the byte-order mark of UTF-16; --encoding utf-16 reads that"
    place = f"byte 0x{raw[at]:02x} (byte {at + 1:,} of the file)"
    return f"{place}; --encoding names another one, often cp1252 for what Excel wrote"
