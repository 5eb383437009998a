"""A source's bytes as a file, wherever they are.

Left out: finding sources (`inputs`), unpacking and what the bytes mean (`formats`).
"""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import s3
from .errors import InputError
from .records import Source


@contextmanager
def opened(source: Source) -> Iterator[io.BufferedReader]:
    """The file, closed afterwards.

    Raises: InputError when it is gone or another one; InputUnreachable.
    """
    raw: Any = _raw(source)
    with io.BufferedReader(raw) as file:
        yield file


def _raw(source: Source) -> io.RawIOBase:
    if source.path.startswith(s3.SCHEME):
        return s3.S3File(source.path, source.source_id)
    try:
        file = open(source.path, "rb", buffering=0)  # noqa: SIM115  # `opened` closes it
    except OSError as error:
        raise InputError(source.path, "a file that can be read", (error.strerror or "none").lower()) from error
    size = os.fstat(file.fileno()).st_size
    if size != source.size_bytes:
        file.close()
        raise InputError(source.path, f"{source.size_bytes:,} bytes, as when it was found", f"{size:,}")
    return file
