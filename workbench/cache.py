"""Results that were asked for before, in files that many analysts share: Arrow, written whole or not at all.

A key is made of the query's meaning and of the version of each of its sources, so nothing has to be made invalid.
Left out: what is asked (`queries`).
"""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256

import pyarrow as pa
from pyarrow import ipc

LIMIT_BYTES = 2 * 10**9
"""Of all results; the oldest go first."""
ONE_BYTES = 200 * 10**6
"""A larger result is not kept: it belongs into an extract."""
_SUFFIX = ".arrow"


class Cache:
    """The results below a folder."""

    def __init__(self, folder: str, limit_bytes: int = LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes

    def get(self, key: str) -> pa.Table | None:
        """A result, none where there is none or its file is damaged."""
        path = self._path(key)
        try:
            with open(path, "rb") as file:
                table = ipc.open_file(pa.BufferReader(file.read())).read_all()
            os.utime(path)
        except (OSError, pa.ArrowException):
            return None
        return table

    def put(self, key: str, table: pa.Table) -> None:
        """Keep a result; a full disk or a folder that cannot be written keeps nothing, which is no error."""
        if table.nbytes > min(ONE_BYTES, self._limit_bytes):
            return
        with suppress(OSError):
            os.makedirs(self._folder, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as file:
                try:
                    with ipc.new_file(file, table.schema) as writer:
                        writer.write_table(table)
                    os.replace(file.name, self._path(key))
                except BaseException:
                    os.unlink(file.name)
                    raise
            self._shrink()

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, key + _SUFFIX)

    def _shrink(self) -> None:
        """The least recently used go until the rest fits."""
        found = [entry for entry in os.scandir(self._folder) if entry.name.endswith(_SUFFIX)]
        states = sorted(((entry.stat(), entry.path) for entry in found), key=lambda pair: -pair[0].st_mtime_ns)
        held = 0
        for state, path in states:
            held += state.st_size
            if held > self._limit_bytes:
                with suppress(FileNotFoundError):  # another analyst was faster
                    os.unlink(path)


def key(sql: str, versions: Mapping[str, str]) -> str:
    """Of a query's text and its sources' versions.

    >>> key("SELECT 1", {"a": "x"}) == key("SELECT 1", {"a": "y"})
    False
    """
    return sha256(repr((sql, sorted(versions.items()))).encode()).hexdigest()[:32]
