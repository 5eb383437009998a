"""Blobs in a folder of this machine, which is made when the first comes.

Left out: what uses it (`engines.local`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import IO

from .blobs import CHUNK_BYTES, PREFIX, Moved, beside, check, key, quiet
from .errors import StorageError
from .manifest import unsafe


class FolderBlobs:
    """Blobs below a folder, which is made when the first comes."""

    def __init__(self, root: str) -> None:
        self._root = os.path.abspath(root)

    def has(self, sha: str) -> bool:
        return os.path.isfile(self.path(key(sha)))

    def listed(self, start: str, most: int) -> set[str] | None:
        try:
            found = {name for name in os.listdir(self.path(PREFIX.rstrip("/"))) if name.startswith(start)}
        except FileNotFoundError:
            return set()
        return found if len(found) <= most else None

    def put(self, path: str, sha: str, moved: Moved = quiet) -> None:
        with _told(path), open(path, "rb") as source:
            _copy(source, self.path(key(sha)), sha, moved, named=path)

    def get(self, sha: str, path: str, moved: Moved = quiet) -> None:
        where = self.path(key(sha))
        with _told(key(sha)), open(where, "rb") as source:
            _copy(source, path, sha, moved, named=where)

    def put_bytes(self, key: str, content: bytes) -> None:
        with _told(key), beside(self.path(key)) as file:
            file.write(content)

    def get_bytes(self, key: str) -> bytes:
        with _told(key), open(self.path(key), "rb") as file:
            return file.read()

    def path(self, key: str) -> str:
        """Where a key is on this machine.

        Raises: StorageError for a key that leaves the folder.
        """
        if why := unsafe(key):
            raise StorageError(f"the key {key!r} {why}", "start the run again")
        return os.path.join(self._root, key)


def _copy(source: IO[bytes], path: str, sha: str, moved: Moved, named: str) -> None:
    found = sha256()
    with beside(path) as target:
        while chunk := source.read(CHUNK_BYTES):
            found.update(chunk)
            target.write(chunk)
            moved(len(chunk))
        check(named, sha, found.hexdigest())


@contextmanager
def _told(shown: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise StorageError(f"{shown} is not there", "start the run again to send it anew") from error
    except OSError as error:
        raise StorageError(
            f"{shown} cannot be read or written: {error.strerror or error}",
            "make room or mend the rights, then try again",
        ) from error
