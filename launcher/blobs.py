"""Content by its hash: a blob is stored once as blobs/<sha256>, and documents stand under keys of their own.

One protocol for a folder of this machine (`folder_blobs`) and for a bucket (`s3_blobs`).
Left out: which files are sent (`upload`), and what a manifest says of them (`manifest`).
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Protocol
from uuid import uuid4

from .errors import DamagedError

PREFIX = "blobs/"
CHUNK_BYTES = 1 << 20

Moved = Callable[[int], None]
"""Told how many more bytes are through; what it raises ends the transfer, which leaves nothing half-done."""


def quiet(_count: int) -> None:
    """For who does not want to know."""


class Blobs(Protocol):
    """A place for blobs; every method may raise StorageError, or StorageUnreachable where trying again may help."""

    def has(self, sha: str) -> bool:
        """Whether a blob is there, whole."""
        ...

    def listed(self, start: str, most: int) -> set[str] | None:
        """The blobs that are there, whole, and whose names begin so; None where there are more than `most`."""
        ...

    def put(self, path: str, sha: str, moved: Moved = quiet) -> None:
        """Store a file of this machine as the blob `sha`; DamagedError where its content is another."""
        ...

    def get(self, sha: str, path: str, moved: Moved = quiet) -> None:
        """Write a blob to a path that appears only when it is whole and right; DamagedError where it is not."""
        ...

    def put_bytes(self, key: str, content: bytes) -> None:
        """Store a small document under a key, in place of what was there."""
        ...

    def get_bytes(self, key: str) -> bytes:
        """A small document; StorageError where it is not there."""
        ...


def key(sha: str) -> str:
    """Where a blob stands.

    >>> key("0a1b")
    'blobs/0a1b'
    """
    return PREFIX + sha


def check(where: str, expected: str, found: str) -> None:
    """Raises: DamagedError where two hashes differ."""
    if found != expected:
        raise DamagedError(where, f"sha256 {expected[:12]}…", f"{found[:12]}…")


@contextmanager
def beside(path: str) -> Iterator[IO[bytes]]:
    """A file that takes its name only when all went well, so nobody ever sees half of it; its folders are made."""
    folder = os.path.dirname(path) or "."
    os.makedirs(folder, exist_ok=True)
    part = os.path.join(folder, f".{uuid4().hex}.part")
    try:
        with open(part, "wb") as file:
            yield file
        os.replace(part, path)
    except BaseException:
        if os.path.lexists(part):
            os.remove(part)
        raise
